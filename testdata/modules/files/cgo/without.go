//go:build !cgo

package cgo

// Twice is Go.
func Twice(x int) int { return 2 * x }
