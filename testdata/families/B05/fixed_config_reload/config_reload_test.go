// B05: every change is announced under the write lock; the queue holds one, and who empties it reads the configuration.
package b05

import (
	"sync"
	"testing"
)

type settings struct {
	level   string
	version int
}

type configStore struct {
	sync.RWMutex
	current settings
	changes chan int
}

func (c *configStore) set(level string) {
	c.Lock()
	c.current.level = level
	c.current.version++
	version := c.current.version
	c.Unlock()
	c.changes <- version
}

func (c *configStore) get() settings {
	c.RLock()
	defer c.RUnlock()
	return c.current
}

type applier struct {
	store   *configStore
	applied []settings
	done    chan struct{}
}

func (a *applier) run() {
	defer close(a.done)
	for range a.store.changes {
		a.applied = append(a.applied, a.store.get())
	}
}

func TestConfigReload(t *testing.T) {
	store := &configStore{changes: make(chan int, 1)}
	a := &applier{store: store, done: make(chan struct{})}
	go a.run()
	for _, level := range []string{"info", "debug", "warn"} {
		store.set(level)
	}
	close(store.changes)
	<-a.done
}
