// Package helper has a door.
package helper

import "sync"

// Door is a lock with other names.
type Door struct{ mu sync.Mutex }

// NewDoor is open.
func NewDoor() *Door { return &Door{} }

// Enter locks.
func (d *Door) Enter() { d.mu.Lock() }

// Leave unlocks.
func (d *Door) Leave() { d.mu.Unlock() }
