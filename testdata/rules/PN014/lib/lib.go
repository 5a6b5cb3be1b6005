// Package lib reads lines.
package lib

import (
	"bufio"
	"strings"
)

// Second returns the second word of a line.
func BadSecond(lines *bufio.Scanner) string {
	lines.Scan()
	words := strings.Fields(lines.Text())
	return words[1] // want PN014 "fewer parts"
}
