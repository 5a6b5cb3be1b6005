// Package helper has a gate.
package helper

import "sync"

// Gate is a lock with other names.
type Gate struct{ mu sync.Mutex }

// Enter returns with the lock held.
func (g *Gate) Enter() { g.mu.Lock() }

// Leave gives it back.
func (g *Gate) Leave() { g.mu.Unlock() }

// Release unlocks the lock of somebody else.
func Release(mu *sync.Mutex) { mu.Unlock() }
