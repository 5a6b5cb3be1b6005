package main

import (
	"sync"
	"time"

	"fixtures.test/programs/internal/harness"
)

type barrier struct {
	mu      sync.Mutex
	full    *sync.Cond
	parties int
	arrived int
	round   int
}

func newBarrier(parties int) *barrier {
	b := &barrier{parties: parties}
	b.full = sync.NewCond(&b.mu)
	return b
}

func (b *barrier) arrive() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	round := b.round
	b.arrived++
	if b.arrived == b.parties {
		b.arrived = 0
		b.round++
		b.full.Signal()
		return round
	}
	for round == b.round {
		b.full.Wait() // MARK: BUG
	}
	return round
}

type simulation struct {
	b     *barrier
	mu    sync.Mutex
	steps int
}

func (s *simulation) cell() {
	s.b.arrive()
	s.mu.Lock()
	s.steps++
	s.mu.Unlock()
}

func main() {
	harness.Every(10*time.Second, func() {
		s := &simulation{b: newBarrier(4)}
		for i := 0; i < 4; i++ {
			go s.cell()
		}
	})
	harness.Run()
}
