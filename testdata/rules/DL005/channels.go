// Package dl005 has what DL005 finds (blocking-while-locked), and what it does not.
package dl005

import "sync"

type broker struct {
	mu   sync.Mutex
	subs []chan string
}

func (b *broker) publish(e string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, s := range b.subs {
		s <- e // want DL005 "holds a lock that the other side needs"
	}
}

func BadPublish() {
	b := &broker{}
	ch := make(chan string)
	b.subs = append(b.subs, ch)
	go func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		<-ch // want DL005 "holds a lock that the other side needs"
	}()
	b.publish("a")
}

func (b *broker) publishUnlocked(e string) {
	b.mu.Lock()
	subs := append([]chan string(nil), b.subs...)
	b.mu.Unlock()
	for _, s := range subs {
		s <- e
	}
}

func OkPublish() {
	b := &broker{}
	ch := make(chan string, 1)
	b.subs = append(b.subs, ch)
	go func() {
		<-ch
	}()
	b.publishUnlocked("a")
}
