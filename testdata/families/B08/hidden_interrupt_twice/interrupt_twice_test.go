// B08: the second signal of an impatient user has no room: the handler reads only one.
package b08

import (
	"sync"
	"testing"
)

type signalKind string

type notifier interface {
	notify(s signalKind)
}

type queueNotifier struct {
	c chan signalKind
}

func (q *queueNotifier) notify(s signalKind) {
	q.c <- s // want GL002|DL008
}

type application struct {
	stopped chan struct{}
	once    sync.Once
}

func (a *application) handle(c <-chan signalKind) {
	<-c
	a.once.Do(func() { close(a.stopped) })
}

func user(n notifier, presses int, wg *sync.WaitGroup) {
	defer wg.Done()
	for i := 0; i < presses; i++ {
		n.notify("interrupt")
	}
}

func TestInterruptTwice(t *testing.T) {
	a := &application{stopped: make(chan struct{})}
	n := &queueNotifier{c: make(chan signalKind)}
	go a.handle(n.c)
	var wg sync.WaitGroup
	wg.Add(1)
	go user(n, 2, &wg)
	<-a.stopped
	wg.Wait() // want GL008|DL008
}
