// Package ad001 guards single values, and more.
package ad001

import (
	"io"
	"sync"
)

type BadCounter struct {
	mu sync.Mutex // want AD001 "guards only `hits`, which `atomic.Int64` could hold"

	hits int
}

func (c *BadCounter) BadHit() {
	c.mu.Lock()
	c.hits++
	c.mu.Unlock()
}

func (c *BadCounter) BadHits() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.hits
}

type BadFlag struct {
	lock   sync.RWMutex // want AD001 "guards only `closed`, which `atomic.Bool` could hold"
	closed bool
}

func (f *BadFlag) BadClose() {
	f.lock.Lock()
	defer f.lock.Unlock()
	f.closed = true
}

func (f *BadFlag) BadIsClosed() bool {
	f.lock.RLock()
	defer f.lock.RUnlock()
	return f.closed
}

type config struct{ limit int }

type BadPointer struct {
	mu      sync.RWMutex // want AD001 "guards only `current`, which `atomic.Pointer.config.` could hold"
	current *config
}

func (p *BadPointer) BadSet(c *config) {
	p.mu.Lock()
	p.current = c
	p.mu.Unlock()
}

func (p *BadPointer) BadGet() *config {
	p.mu.RLock()
	c := p.current
	p.mu.RUnlock()
	return c
}

var (
	totalMu sync.Mutex // want AD001 "guards only `total`, which `atomic.Uint64` could hold"
	total   uint64
)

func BadAdd(n uint64) {
	totalMu.Lock()
	defer totalMu.Unlock()
	total += n
}

func BadTotal() uint64 {
	totalMu.Lock()
	defer totalMu.Unlock()
	return total
}

type BadOther struct {
	w io.Writer

	mu    sync.Mutex // want AD001 "guards only `lines`"
	lines int32
}

func (o *BadOther) BadWrite(line string) {
	io.WriteString(o.w, line)
	o.mu.Lock()
	o.lines += 1
	o.mu.Unlock()
}

func (o *BadOther) BadLines() int32 {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.lines
}

type OkTwo struct {
	mu   sync.Mutex
	sum  int
	seen int
}

func (t *OkTwo) OkAdd(n int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.sum += n
	t.seen++
}

func (t *OkTwo) OkMean() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.sum / t.seen
}

type OkDecides struct {
	mu     sync.Mutex
	closed bool
}

func (d *OkDecides) OkClose(c chan int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.closed {
		d.closed = true
		close(c)
	}
}

func (d *OkDecides) OkIsClosed() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.closed
}

type OkMap struct {
	mu    sync.Mutex
	names map[string]int
}

func (m *OkMap) OkSet(name string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.names[name] = 1
}

func (m *OkMap) OkGet(name string) int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.names[name]
}

type OkCond struct {
	mu    sync.Mutex
	cond  *sync.Cond
	ready bool
}

func NewOkCond() *OkCond {
	c := &OkCond{}
	c.cond = sync.NewCond(&c.mu)
	return c
}

func (c *OkCond) OkWait() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for !c.ready {
		c.cond.Wait()
	}
}

type OkCalls struct {
	mu sync.Mutex
	n  int
}

func (c *OkCalls) OkWith(f func(int)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	f(c.n)
}

func (c *OkCalls) OkAdd() {
	c.mu.Lock()
	c.n++
	c.mu.Unlock()
}

type OkExported struct {
	Mu    sync.Mutex
	Count int
}

func (e *OkExported) OkAdd() {
	e.Mu.Lock()
	e.Count++
	e.Mu.Unlock()
}

func (e *OkExported) OkCount() int {
	e.Mu.Lock()
	defer e.Mu.Unlock()
	return e.Count
}
