package main

import (
	"crypto/sha256"
	"sync"
	"sync/atomic"
	"time"

	"fixtures.test/programs/internal/harness"
)

// archive is a job of many chunks.
type archive struct {
	chunks int64
	next   int64
	done   int64
}

func (a *archive) work(wg *sync.WaitGroup) {
	defer wg.Done()
	for {
		n := atomic.AddInt64(&a.next, 1)
		if n > a.chunks {
			return
		}
		a.pack(n)
		atomic.AddInt64(&a.done, 1)
	}
}

func (a *archive) pack(n int64) {
	sum := sha256.Sum256([]byte{byte(n), byte(n >> 8)})
	for i := 0; i < 200; i++ {
		sum = sha256.Sum256(sum[:])
	}
	time.Sleep(80 * time.Millisecond) // the disk
}

func main() {
	harness.Start()
	a := &archive{chunks: 1 << 20}
	var wg sync.WaitGroup
	for i := 0; i < 4; i++ {
		wg.Add(1)
		go a.work(&wg)
	}
	wg.Wait()
}
