// N06: closing a connection clears what its loop still uses.
package n06

import (
	"sync"
	"testing"
)

type transport struct {
	mu     sync.Mutex
	closed bool
	queue  chan string
	wg     sync.WaitGroup
}

func (tr *transport) start() {
	tr.wg.Add(1)
	go func() {
		defer tr.wg.Done()
		for {
			line, ok := <-tr.queue
			if !ok {
				return
			}
			_ = line
		}
	}()
}

func (tr *transport) shutdown() {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	if tr.closed {
		return
	}
	tr.closed = true
	close(tr.queue)
	tr.queue = nil // want DR002
}

func TestShutdown(t *testing.T) {
	tr := &transport{queue: make(chan string, 2)}
	tr.start()
	tr.queue <- "hello"
	tr.shutdown()
	tr.wg.Wait()
}
