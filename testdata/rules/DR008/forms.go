package dr008

import (
	"sync"

	"example.com/dr008/helper"
)

// Only accesses in the package itself are followed.
func FN_OtherPackage() {
	l := &helper.Log{}
	go l.Add("a")
	l.Add("b")
}

func OkOtherPackage() {
	l := &helper.Guarded{}
	go l.Add("a")
	l.Add("b")
}

type keeper interface{ keep(string) }

type bag struct{ items []string }

func (b *bag) keep(item string) {
	b.items = append(b.items, item) // want DR008 "items"
}

func BadInterface() {
	var k keeper = &bag{}
	go k.keep("a")
	k.keep("b")
}

type vault struct {
	mu    sync.Mutex
	items []string
}

func (v *vault) keep(item string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.items = append(v.items, item)
}

func OkInterface() {
	var k keeper = &vault{}
	go k.keep("a")
	k.keep("b")
}

func OkClosure() []int {
	var mu sync.Mutex
	var out []int
	collect := func(n int) {
		mu.Lock()
		out = append(out, n)
		mu.Unlock()
	}
	done := make(chan bool)
	go func() {
		collect(1)
		close(done)
	}()
	collect(2)
	<-done
	return out
}

type heap[T any] struct {
	mu    sync.Mutex
	items []T
}

func (h *heap[T]) push(item T) {
	h.mu.Lock()
	h.items = append(h.items, item)
	h.mu.Unlock()
}

func OkGeneric() {
	h := &heap[int]{}
	go h.push(1)
	h.push(2)
}
