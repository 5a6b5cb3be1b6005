// Package dr009 has objects that are published without order (publish-without-sync), and some that are published well.
package dr009

import (
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

type table map[string]int

func load() table { return table{"a": 1} }

type cache struct {
	mu     sync.Mutex
	rw     sync.RWMutex
	once   sync.Once
	table  table
	loaded bool
	size   int
	ready  atomic.Pointer[table]
}

func (c *cache) BadNilTwice() table {
	if c.table == nil { // want DR009 "asks `c.table` without the lock"
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.table == nil {
			c.table = load()
		}
	}
	return c.table
}

func (c *cache) OkOnce() table {
	c.once.Do(func() { c.table = load() })
	return c.table
}

func (c *cache) BadFlagTwice() {
	if !c.loaded { // want DR009 "asks `c.loaded` without the lock"
		c.mu.Lock()
		if !c.loaded {
			c.table = load()
			c.loaded = true
		}
		c.mu.Unlock()
	}
}

func (c *cache) OkAtomicTwice() *table {
	if found := c.ready.Load(); found != nil {
		return found
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if found := c.ready.Load(); found != nil {
		return found
	}
	fresh := load()
	c.ready.Store(&fresh)
	return &fresh
}

var (
	mu      sync.Mutex
	current *config
)

type config struct {
	limit int
	names []string
	next  *config
}

func BadGlobalTwice() *config {
	if current != nil { // want DR009 "asks `current` without the lock"
		return current
	}
	mu.Lock()
	defer mu.Unlock()
	if current != nil {
		return current
	}
	current = &config{limit: 1}
	return current
}

func OkAlwaysLocked() *config {
	mu.Lock()
	defer mu.Unlock()
	if current == nil {
		current = &config{}
	}
	return current
}

// OkReadLocked asks under the read lock first.
func (c *cache) OkReadLocked() table {
	c.rw.RLock()
	found := c.table
	c.rw.RUnlock()
	if found != nil {
		return found
	}
	c.rw.Lock()
	defer c.rw.Unlock()
	if c.table == nil {
		c.table = load()
	}
	return c.table
}

func BadParameter(c *cache, mu *sync.RWMutex) {
	if c.size == 0 { // want DR009 "asks `c.size` without the lock"
		mu.Lock()
		if c.size == 0 {
			c.size = len(load())
		}
		mu.Unlock()
	}
}

// OkOtherField asks two different things.
func (c *cache) OkOtherField() {
	if c.size == 0 {
		c.mu.Lock()
		if c.table == nil {
			c.table = load()
		}
		c.mu.Unlock()
	}
}

func BadSpin() int {
	done := false
	n := 0
	go func() {
		n = 1
		done = true
	}()
	for !done { // want DR009 "waits in a loop until `done` changes"
	}
	return n
}

func OkSpinAtomic() int {
	var done atomic.Bool
	n := 0
	go func() {
		n = 1
		done.Store(true)
	}()
	for !done.Load() {
		runtime.Gosched()
	}
	return n
}

type worker struct {
	stopped bool
	mu      sync.Mutex
}

func (w *worker) run() { w.stopped = true }

func (w *worker) BadSleepSpin() {
	go w.run()
	for !w.stopped { // want DR009 "waits in a loop until `stopped` changes"
		time.Sleep(time.Millisecond)
	}
}

func (w *worker) OkLockedSpin() {
	for {
		w.mu.Lock()
		stopped := w.stopped
		w.mu.Unlock()
		if stopped {
			return
		}
		time.Sleep(time.Millisecond)
	}
}

// OkOwnLoop changes the variable itself.
func OkOwnLoop(n int) int {
	left := n
	func() { left = n + 1 }()
	for left > 0 {
		left--
	}
	return left
}

var shared atomic.Pointer[config]

func BadWrittenLater(names []string) {
	c := &config{limit: len(names)}
	shared.Store(c)
	c.names = names // want DR009 "writes to an object that it has published"
}

func OkWrittenBefore(names []string) {
	c := &config{limit: len(names)}
	c.names = names
	shared.Store(c)
}

func BadSwapped(limit int) *config {
	c := new(config)
	old := shared.Swap(c)
	c.limit = limit // want DR009 "writes to an object that it has published"
	return old
}

// OkAnother goes on with another object.
func OkAnother(limits []int) {
	c := &config{}
	for _, limit := range limits {
		c.limit = limit
		shared.Store(c)
		c = &config{}
	}
}

var value atomic.Value

func BadValue(names []string) {
	c := &config{}
	value.Store(c)
	if len(names) > 0 {
		c.names = names // want DR009 "writes to an object that it has published"
	}
}

type holder[T any] struct {
	mu   sync.Mutex
	item *T
}

func (h *holder[T]) BadGeneric(make func() *T) *T {
	if h.item == nil { // want DR009 "asks `h.item` without the lock"
		h.mu.Lock()
		if h.item == nil {
			h.item = make()
		}
		h.mu.Unlock()
	}
	return h.item
}

func (h *holder[T]) OkGeneric(make func() *T) *T {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.item == nil {
		h.item = make()
	}
	return h.item
}

// FN_ThroughCall takes the lock in another function.
func (c *cache) FN_ThroughCall() table {
	if c.table == nil {
		c.fill()
	}
	return c.table
}

func (c *cache) fill() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.table == nil {
		c.table = load()
	}
}
