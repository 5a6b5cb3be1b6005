package cgo

// int twice(int x) { return 2 * x; }
import "C"

import "unsafe"

// Twice is C.
func Twice(x int) int { return int(C.twice(C.int(x))) + int(unsafe.Sizeof(x))*0 }
