// Package size parses sizes such as "10k".
package size

import (
	"errors"
	"strconv"
	"strings"
)

// ErrUnit is returned for an unknown unit.
var ErrUnit = errors.New("unknown unit")

// Parse returns the number of bytes that s stands for.
func Parse(s string) (int, error) {
	unit := 1
	switch {
	case strings.HasSuffix(s, "k"):
		unit = 1 << 10
	case strings.HasSuffix(s, "m"):
		unit = 1 << 20
	case strings.HasSuffix(s, "x"):
		return 0, ErrUnit
	}
	n, err := strconv.Atoi(strings.TrimRight(s, "km"))
	return n * unit, err
}
