// Package between is imported by the external tests of a package that it imports.
package between

import "example.com/files"

// Where asks.
func Where() string { return files.Where() }
