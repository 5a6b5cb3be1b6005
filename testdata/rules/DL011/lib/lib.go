// Package lib has a lock that others take.
package lib

import "sync"

// Shared is locked by others.
type Shared struct {
	Mu   sync.RWMutex
	Rows []int
}
