package main

import (
	"fmt"
	"sync"
	"sync/atomic"
)

type stats struct {
	requests int64
	bytes    int64
}

func (s *stats) add(n int64) {
	atomic.AddInt64(&s.requests, 1)
	atomic.AddInt64(&s.bytes, n) // MARK: ATOMIC
}

func (s *stats) snapshot() string {
	return fmt.Sprintf("%d requests, %d bytes", atomic.LoadInt64(&s.requests), s.bytes) // MARK: PLAIN
}

func main() {
	s := &stats{}
	var wg sync.WaitGroup
	wg.Add(2)
	go func() {
		defer wg.Done()
		for i := int64(0); i < 100; i++ {
			s.add(i) // MARK: CALL
		}
	}()
	go func() {
		defer wg.Done()
		_ = s.snapshot()
	}()
	wg.Wait()
	fmt.Println(s.snapshot())
}
