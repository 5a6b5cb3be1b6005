// B10: the worker's last status goes to a manager that has already left its loop.
package b10

import (
	"testing"
)

type status struct {
	id   int
	done bool
}

type manager struct {
	statuses chan status
	quit     chan struct{}
	finished int
}

func (m *manager) run(stopAfter int) {
	defer close(m.quit)
	for s := range m.statuses {
		if s.done {
			m.finished++
		}
		if m.finished == stopAfter {
			return
		}
	}
}

type worker struct {
	id int
	m  *manager
}

func (w *worker) report(done bool) {
	select {
	case w.m.statuses <- status{w.id, done}:
	case <-w.m.quit:
	}
}

func (w *worker) work() {
	w.report(false)
	w.report(true)
}

func TestLateStatus(t *testing.T) {
	m := &manager{statuses: make(chan status), quit: make(chan struct{})}
	go m.run(1)
	for i := 0; i < 2; i++ {
		go (&worker{id: i, m: m}).work()
	}
	<-m.quit
}
