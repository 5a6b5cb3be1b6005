// B13: shutting the queue down sets the flag and wakes nobody.
package b13

import (
	"sync"
	"testing"
)

type workQueue struct {
	cond     *sync.Cond
	items    []string
	shutdown bool
}

func newWorkQueue() *workQueue {
	return &workQueue{cond: sync.NewCond(&sync.Mutex{})}
}

func (q *workQueue) add(item string) {
	q.cond.L.Lock()
	defer q.cond.L.Unlock()
	q.items = append(q.items, item)
	q.cond.Signal()
}

func (q *workQueue) get() (string, bool) {
	q.cond.L.Lock()
	defer q.cond.L.Unlock()
	for len(q.items) == 0 && !q.shutdown {
		q.cond.Wait() // want DL009|DL008
	}
	if len(q.items) == 0 {
		return "", false
	}
	item := q.items[0]
	q.items = q.items[1:]
	return item, true
}

func (q *workQueue) shutDown() {
	q.cond.L.Lock()
	defer q.cond.L.Unlock()
	q.shutdown = true
}

func TestQueueShutdown(t *testing.T) {
	q := newWorkQueue()
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		defer wg.Done()
		for {
			if _, ok := q.get(); !ok {
				return
			}
		}
	}()
	q.add("a")
	q.shutDown()
	wg.Wait() // want GL008|DL008
}
