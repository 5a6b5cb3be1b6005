package dr006

import (
	"sync/atomic"

	"example.com/dr006/helper"
)

func halt(flag *int32) { atomic.StoreInt32(flag, 1) }

func OkParameter() bool {
	g := &gauge{}
	go halt(&g.closed)
	return atomic.LoadInt32(&g.closed) == 1
}

// Only accesses in the package itself are followed.
func FN_OtherPackage() int64 {
	m := &helper.Meter{}
	go m.Add(1)
	return m.Total
}

func OkOtherPackage() int64 {
	m := &helper.Meter{}
	go m.Add(1)
	return m.Sum()
}

type counter interface{ count() int64 }

type loose struct{ n int64 }

func (l *loose) hit() { atomic.AddInt64(&l.n, 1) }

func (l *loose) count() int64 {
	return l.n // want DR006 "loose.n"
}

func BadInterface() int64 {
	l := &loose{}
	go l.hit()
	var c counter = l
	return c.count()
}

type strict struct{ n int64 }

func (s *strict) hit() { atomic.AddInt64(&s.n, 1) }

func (s *strict) count() int64 { return atomic.LoadInt64(&s.n) }

func OkInterface() int64 {
	s := &strict{}
	go s.hit()
	var c counter = s
	return c.count()
}

func BadClosure() int64 {
	var calls int64
	read := func() int64 {
		return calls // want DR006 "calls"
	}
	go func() { atomic.AddInt64(&calls, 1) }()
	return read()
}

func OkClosure() int64 {
	var calls int64
	read := func() int64 {
		return atomic.LoadInt64(&calls)
	}
	go func() { atomic.AddInt64(&calls, 1) }()
	return read()
}

type tally[T any] struct {
	last T
	n    uint64
}

func (t *tally[T]) note() { atomic.AddUint64(&t.n, 1) }

func BadGeneric() uint64 {
	t := &tally[string]{}
	go t.note()
	return t.n // want DR006 "tally"
}

func OkGeneric() uint64 {
	t := &tally[int]{}
	go t.note()
	return atomic.LoadUint64(&t.n)
}
