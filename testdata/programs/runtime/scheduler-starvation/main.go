package main

import (
	"crypto/sha256"
	"fmt"
	"runtime"
	"sync"
	"time"
)

type miner struct {
	mu    sync.Mutex
	found int
}

func (m *miner) search(seed byte, deadline time.Time) {
	block := []byte{seed, 0, 0, 0}
	for time.Now().Before(deadline) {
		for i := 0; i < 2000; i++ {
			sum := sha256.Sum256(block)
			copy(block, sum[:4])
			if sum[0]|sum[1]|sum[2] == 0 {
				m.mu.Lock()
				m.found++
				m.mu.Unlock()
			}
		}
	}
}

func main() {
	runtime.GOMAXPROCS(2)
	m := &miner{}
	var wg sync.WaitGroup
	deadline := time.Now().Add(8 * time.Second)
	for i := 0; i < 400; i++ {
		wg.Add(1)
		go func(seed byte) {
			defer wg.Done()
			m.search(seed, deadline)
		}(byte(i))
	}
	wg.Wait()
	fmt.Println(m.found >= 0)
}
