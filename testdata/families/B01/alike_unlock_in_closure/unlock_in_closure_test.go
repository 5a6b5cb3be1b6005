// B01: the lock is given up by a local function before the method that takes it again is called.
package b01

import (
	"sync"
	"testing"
)

type job struct {
	id   int
	done bool
}

type tracker struct {
	mu   sync.Mutex
	jobs []*job
}

func (tr *tracker) add(j *job) {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	tr.jobs = append(tr.jobs, j)
}

func (tr *tracker) retry(limit int) int {
	tr.mu.Lock()
	locked := true
	release := func() {
		if locked {
			locked = false
			tr.mu.Unlock()
		}
	}
	defer release()
	var again []*job
	for _, j := range tr.jobs {
		if !j.done {
			again = append(again, &job{id: j.id + 100, done: true})
		}
	}
	release()
	for _, j := range again {
		tr.add(j)
	}
	return len(again)
}

func TestUnlockInClosure(t *testing.T) {
	tr := &tracker{}
	tr.add(&job{id: 1})
	tr.add(&job{id: 2, done: true})
	go tr.add(&job{id: 3, done: true})
	if tr.retry(1) != 1 {
		t.Error("wrong count")
	}
}
