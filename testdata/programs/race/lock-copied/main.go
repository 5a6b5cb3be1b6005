package main

import (
	"fmt"
	"sync"
)

type counter struct {
	mu    sync.Mutex
	byKey []int
}

func (c counter) inc(key int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.byKey[key]++ // MARK: BUG
}

type job struct {
	key   int
	times int
}

func run(c *counter, j job, wg *sync.WaitGroup) {
	defer wg.Done()
	for i := 0; i < j.times; i++ {
		c.inc(j.key)
	}
}

func main() {
	c := &counter{byKey: make([]int, 4)}
	var wg sync.WaitGroup
	for i := 0; i < 3; i++ {
		wg.Add(1)
		go run(c, job{key: 1, times: 10}, &wg)
	}
	wg.Wait()
	fmt.Println(c.byKey[1] > 0)
}
