// Package hold keeps articles for a customer for a short while.
package hold

import (
	"sync"
	"time"
)

// Desk knows the articles that are kept back.
type Desk struct {
	patience time.Duration

	mu    sync.Mutex
	holds map[string]*Hold
}

// Hold is one article that is kept back until somebody releases it.
type Hold struct {
	released chan struct{}
	once     sync.Once
}

// NewDesk returns a desk that keeps articles for the given time.
func NewDesk(patience time.Duration) *Desk {
	return &Desk{patience: patience, holds: make(map[string]*Hold)}
}

// Place keeps an article back under a name.
func (d *Desk) Place(name string) {
	h := &Hold{released: make(chan struct{})}
	d.mu.Lock()
	d.holds[name] = h
	d.mu.Unlock()
	go d.putBack(name, h)
	time.AfterFunc(d.patience, h.Release)
}

// Cancel releases what is kept under a name. It says whether there was something.
func (d *Desk) Cancel(name string) bool {
	d.mu.Lock()
	h := d.holds[name]
	d.mu.Unlock()
	if h == nil {
		return false
	}
	h.Release()
	return true
}

// putBack forgets the hold once it was released.
func (d *Desk) putBack(name string, h *Hold) {
	<-h.released
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.holds, name)
}
