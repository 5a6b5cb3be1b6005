// Package dr006 has what DR006 finds (mixed-atomic), and what it does not.
package dr006

import (
	"sync"
	"sync/atomic"
)

func BadVariable(n int) int64 {
	var sum int64
	for i := 0; i < n; i++ {
		go func() {
			atomic.AddInt64(&sum, 1)
		}()
	}
	return sum // want DR006 "sum"
}

func OkVariable(n int) int64 {
	var sum int64
	for i := 0; i < n; i++ {
		go func() {
			atomic.AddInt64(&sum, 1)
		}()
	}
	return atomic.LoadInt64(&sum)
}

type gauge struct {
	value  uint32
	closed int32
}

func (g *gauge) set(v uint32) { atomic.StoreUint32(&g.value, v) }

func (g *gauge) read() uint32 {
	return g.value // want DR006 "gauge.value"
}

func BadField() uint32 {
	g := &gauge{}
	go g.set(3)
	return g.read()
}

func (g *gauge) load() uint32 { return atomic.LoadUint32(&g.value) }

func OkField() uint32 {
	g := &gauge{}
	go g.set(3)
	return g.load()
}

func BadCopy() gauge {
	g := &gauge{}
	go g.set(4)
	return *g // want DR006 "gauge"
}

func OkInit() *gauge {
	g := &gauge{}
	g.value = 7
	go g.set(4)
	return g
}

func stop(flag *int32) {
	*flag = 1 // want DR006 "closed"
}

func BadParameter() bool {
	g := &gauge{}
	go stop(&g.closed)
	return atomic.LoadInt32(&g.closed) == 1
}

func OkJoined() uint32 {
	g := &gauge{}
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		defer wg.Done()
		g.set(5)
	}()
	wg.Wait()
	return g.value
}

var total int64

func BadGlobal() {
	go atomic.AddInt64(&total, 1)
	total++ // want DR006 "total"
}

func OkTyped() int64 {
	var n atomic.Int64
	go n.Add(1)
	return n.Load()
}

func BadReset(hits []int32) {
	for i := range hits {
		go atomic.AddInt32(&hits[i], 1)
	}
	for i := range hits {
		hits[i] = 0 // want DR006 "hits"
	}
}

func OkSwap(hits []int32) {
	for i := range hits {
		go atomic.AddInt32(&hits[i], 1)
	}
	for i := range hits {
		atomic.SwapInt32(&hits[i], 0)
	}
}
