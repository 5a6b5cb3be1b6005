// Package lib has a pool.
package lib

import "sync"

// Buffers is filled by others.
var Buffers sync.Pool
