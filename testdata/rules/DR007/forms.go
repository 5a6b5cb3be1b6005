package dr007

import (
	"sync"

	"example.com/dr007/helper"
)

func touch(mu *sync.RWMutex, n *int) {
	mu.RLock()
	*n++ // want DR007 "`n`"
	mu.RUnlock()
}

func BadParameter() {
	var mu sync.RWMutex
	n := 0
	go touch(&mu, &n)
	touch(&mu, &n)
}

func touchLocked(mu *sync.RWMutex, n *int) {
	mu.Lock()
	*n++
	mu.Unlock()
}

func OkParameter() {
	var mu sync.RWMutex
	n := 0
	go touchLocked(&mu, &n)
	touchLocked(&mu, &n)
}

// Only accesses in the package itself are followed.
func FN_OtherPackage() {
	v := helper.NewViews()
	go v.Show("a")
	v.Show("b")
}

func OkOtherPackage() {
	v := helper.NewViews()
	go v.Count("a")
	v.Count("b")
}

type reader interface{ read() int }

type eager struct {
	mu    sync.RWMutex
	reads int
}

func (e *eager) read() int {
	e.mu.RLock()
	defer e.mu.RUnlock()
	e.reads++ // want DR007 "eager.reads"
	return e.reads
}

func BadInterface() {
	var r reader = &eager{}
	go r.read()
	r.read()
}

type careful struct {
	mu    sync.RWMutex
	reads int
}

func (c *careful) read() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.reads++
	return c.reads
}

func OkInterface() {
	var r reader = &careful{}
	go r.read()
	r.read()
}

type slot[T any] struct {
	mu   sync.RWMutex
	last T
}

func (s *slot[T]) put(v T) {
	s.mu.Lock()
	s.last = v
	s.mu.Unlock()
}

func OkGeneric() {
	s := &slot[int]{}
	go s.put(1)
	s.put(2)
}

type site struct {
	pages struct {
		mu   sync.RWMutex
		hits int
	}
}

func (s *site) hit() {
	s.pages.mu.Lock()
	s.pages.hits++
	s.pages.mu.Unlock()
}

func OkField() {
	s := &site{}
	go s.hit()
	s.hit()
}
