// Package locks has a lock with another name.
package locks

import "sync"

// Guard is a lock.
type Guard struct{ mu sync.Mutex }

// Acquire takes it.
func (g *Guard) Acquire() { g.mu.Lock() }

// Release gives it back.
func (g *Guard) Release() { g.mu.Unlock() }
