// B07: the cache's reflector tells about its first sync through a field that was replaced before.
package b07

import (
	"testing"
	"time"
)

type event struct {
	kind string
	key  string
}

type source interface {
	next() (event, bool)
}

type list struct{ events []event }

func (l *list) next() (event, bool) {
	if len(l.events) == 0 {
		return event{}, false
	}
	e := l.events[0]
	l.events = l.events[1:]
	return e, true
}

type informer struct {
	src    source
	synced chan struct{}
	keys   map[string]bool
}

func newInformer(src source) *informer {
	return &informer{src: src, synced: make(chan struct{}), keys: map[string]bool{}}
}

func (i *informer) reset() {
	i.keys = map[string]bool{}
}

func (i *informer) run() {
	for {
		e, ok := i.src.next()
		if !ok {
			break
		}
		i.keys[e.key] = e.kind != "deleted"
	}
	close(i.synced)
}

func (i *informer) hasSynced() <-chan struct{} { return i.synced }

func TestWrongEvent(t *testing.T) {
	i := newInformer(&list{events: []event{{"added", "a"}}})
	synced := i.hasSynced()
	i.reset()
	go i.run()
	timeout := time.After(10 * time.Second)
	_ = timeout
	<-synced
}
