//go:build cgo

package cgo

import "strings"

// With says yes.
var With = strings.ToUpper("yes")
