//go:build go1.21

package main

import (
	"fmt"
	"maps"
)

type prices struct {
	cents map[int]int
}

func (p *prices) snapshot() map[int]int {
	return maps.Clone(p.cents) // MARK: CLONE
}

func (p *prices) update(sku, cents int) {
	p.cents[sku] = cents // MARK: WRITE
}

func (p *prices) feed() {
	for i := 0; ; i++ {
		p.update(i%4096, i)
	}
}

func main() {
	p := &prices{cents: make(map[int]int)}
	for i := 0; i < 4096; i++ {
		p.update(i, i)
	}
	go p.feed()
	n := 0
	for i := 0; i < 1<<20; i++ {
		n += len(p.snapshot())
	}
	fmt.Println(n)
}
