// B10: a request to a loop that was stopped in the meantime is never taken.
package b10

import (
	"sync"
	"testing"
)

type request struct {
	key   string
	reply chan int
}

type kvLoop struct {
	reqs chan request
	stop chan struct{}
	data map[string]int
}

func newKVLoop() *kvLoop {
	l := &kvLoop{reqs: make(chan request), stop: make(chan struct{}), data: map[string]int{"a": 1}}
	go l.run()
	return l
}

func (l *kvLoop) run() {
	for {
		select {
		case r := <-l.reqs:
			r.reply <- l.data[r.key]
		case <-l.stop:
			return
		}
	}
}

func (l *kvLoop) get(key string) int {
	r := request{key: key, reply: make(chan int)}
	l.reqs <- r // want GL002|DL008|GL003
	return <-r.reply
}

func TestStoppedLoop(t *testing.T) {
	l := newKVLoop()
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		defer wg.Done()
		l.get("a")
	}()
	close(l.stop)
	wg.Wait() // want GL008|DL008
}
