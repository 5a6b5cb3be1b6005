// Package cache keeps the catalogue's prices in memory, each for a short time.
package cache

import (
	"context"
	"sync"
	"time"
)

type entry struct {
	cents   int
	expires time.Time
}

// Cache is safe for concurrent use.
type Cache struct {
	mu      sync.RWMutex
	entries map[string]entry
	load    func(sku string) int
	ttl     time.Duration
}

// New returns a cache that asks load for what it does not have.
func New(ttl time.Duration, load func(sku string) int) *Cache {
	return &Cache{entries: make(map[string]entry), load: load, ttl: ttl}
}

// Price returns the price of sku.
func (c *Cache) Price(sku string) int {
	c.mu.RLock()
	e, ok := c.entries[sku]
	c.mu.RUnlock()
	if ok && time.Now().Before(e.expires) {
		return e.cents
	}
	cents := c.load(sku)
	c.mu.Lock()
	c.entries[sku] = entry{cents: cents, expires: time.Now().Add(c.ttl)}
	c.mu.Unlock()
	return cents
}

// Len is the number of entries, expired ones included.
func (c *Cache) Len() int {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return len(c.entries)
}

// Sweep removes expired entries now and then until ctx ends.
func (c *Cache) Sweep(ctx context.Context, every time.Duration) {
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for {
		select {
		case now := <-ticker.C:
			c.removeExpired(now)
		case <-ctx.Done():
			return
		}
	}
}

func (c *Cache) removeExpired(now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for sku, e := range c.entries {
		if now.After(e.expires) {
			delete(c.entries, sku)
		}
	}
}
