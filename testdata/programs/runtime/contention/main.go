package main

import (
	"crypto/sha1"
	"runtime"
	"strconv"
	"sync"
	"time"

	"fixtures.test/programs/internal/harness"
)

type counterMap struct {
	mu     sync.Mutex
	counts map[string]int
	total  int
}

func (c *counterMap) inc(key string) {
	c.mu.Lock() // MARK: BUG
	c.counts[key]++
	c.total += c.cost(key)
	c.mu.Unlock() // MARK: UNLOCK
}

// cost stands for work that has no business under the lock.
func (c *counterMap) cost(key string) int {
	sum := [20]byte{}
	for i := 0; i < 40; i++ {
		sum = sha1.Sum(append(sum[:], key...))
	}
	time.Sleep(2 * time.Millisecond)
	return int(sum[0])
}

func (c *counterMap) worker(id int) {
	for i := 0; ; i++ {
		c.inc(strconv.Itoa(id) + "/" + strconv.Itoa(i%64))
		if i%16 == 0 {
			time.Sleep(time.Millisecond)
		}
	}
}

func main() {
	runtime.SetMutexProfileFraction(1)
	runtime.SetBlockProfileRate(1)
	harness.Also("mutex", "block")
	c := &counterMap{counts: make(map[string]int)}
	for id := 0; id < 16; id++ {
		go c.worker(id)
	}
	harness.Run()
}
