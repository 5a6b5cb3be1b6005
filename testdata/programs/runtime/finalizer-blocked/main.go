package main

import (
	"runtime"
	"time"

	"fixtures.test/programs/internal/harness"
)

type pool struct {
	returned chan int
	open     int
}

type handle struct {
	fd   int
	pool *pool
}

func (h *handle) release() {
	h.pool.returned <- h.fd // MARK: BUG
}

func (p *pool) get() *handle {
	p.open++
	h := &handle{fd: p.open, pool: p}
	runtime.SetFinalizer(h, (*handle).release)
	return h
}

func use(p *pool) int {
	return p.get().fd
}

func main() {
	p := &pool{returned: make(chan int)}
	for i := 0; i < 4; i++ {
		use(p)
	}
	runtime.GC()
	harness.Every(10*time.Second, func() { use(p) })
	harness.Run()
}
