// B12: the proxy's receiver is told to stop, but it may stand in the send to its client, who was told too.
package b12

import (
	"sync"
	"testing"
)

type watchEvent struct {
	kind string
}

type watchInterface interface {
	Stop()
	ResultChan() <-chan watchEvent
}

type streamWatcher struct {
	mu      sync.Mutex
	source  []watchEvent
	result  chan watchEvent
	stopped bool
	done    chan struct{}
}

func newStreamWatcher(source []watchEvent) watchInterface {
	w := &streamWatcher{source: source, result: make(chan watchEvent), done: make(chan struct{})}
	go w.receive()
	return w
}

func (w *streamWatcher) Stop() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.stopped {
		w.stopped = true
		close(w.done)
	}
}

func (w *streamWatcher) isStopped() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.stopped
}

func (w *streamWatcher) ResultChan() <-chan watchEvent { return w.result }

func (w *streamWatcher) receive() {
	defer close(w.result)
	for _, e := range w.source {
		if w.isStopped() {
			return
		}
		select {
		case w.result <- e:
		case <-w.done:
			return
		}
	}
}

func TestWatchProxy(t *testing.T) {
	w := newStreamWatcher([]watchEvent{{"added"}, {"modified"}})
	<-w.ResultChan()
	w.Stop()
}
