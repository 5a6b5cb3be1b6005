// Package pn006 locks through pointers that are nil.
package pn006

import (
	"errors"
	"log"
	"sync"

	"example.com/rules/pn006/lib"
)

type counter struct {
	mu    *sync.Mutex
	count int
}

func newCounter() *counter { return &counter{count: 1} }

func (c *counter) BadNeverMade() {
	c.mu.Lock() // want PN006 "locks a mutex that is nil"
	defer c.mu.Unlock()
	c.count++
}

type embedded struct {
	*sync.RWMutex
	values map[string]int
}

func newEmbedded() *embedded { return &embedded{values: map[string]int{}} }

func (e *embedded) BadEmbedded(key string) int {
	e.RLock() // want PN006 "locks a mutex that is nil"
	defer e.RUnlock()
	return e.values[key]
}

func BadVariable(work func()) {
	var mu *sync.Mutex
	go func() {
		mu.Lock() // want PN006 "locks a mutex that is nil"
		defer mu.Unlock()
		work()
	}()
}

var global *lib.Store

func BadGlobal(key, value string) {
	global.Set(key, value) // want PN006 "locks a field of its receiver, which is nil here"
}

func BadErrorLogged(name string) {
	store, err := lib.Open(name)
	if err != nil {
		log.Print(err)
	}
	store.Set("a", "b") // want PN006 "which is nil here"
}

type session struct {
	mu   sync.Mutex
	open bool
}

func find(name string) (*session, error) {
	if name == "" {
		return nil, errors.New("no such session")
	}
	return &session{open: true}, nil
}

func BadErrorField(name string) {
	s, err := find(name)
	if err != nil {
		log.Println("find:", err)
	}
	s.mu.Lock() // want PN006 "locks a field of something that is nil"
	s.open = false
	s.mu.Unlock()
}

func (s *session) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.open = false
}

func BadPath(name string) {
	var s *session
	if name != "" {
		s = &session{}
	}
	s.close() // want PN006 "which is nil here"
}

func BadGoroutine() {
	var s *session
	go s.close() // want PN006 "which is nil here"
}

type pool[T any] struct {
	mu    *sync.Mutex
	items []T
}

func newPool[T any]() *pool[T] { return &pool[T]{items: []T{}} }

func (p *pool[T]) BadGeneric(item T) {
	p.mu.Lock() // want PN006 "locks a mutex that is nil"
	p.items = append(p.items, item)
	p.mu.Unlock()
}

func OkValue() {
	var mu sync.Mutex
	mu.Lock()
	mu.Unlock()
}

type shared struct{ mu *sync.Mutex }

func OkMade() *shared { return &shared{mu: &sync.Mutex{}} }

func (s *shared) OkUses() {
	s.mu.Lock()
	s.mu.Unlock()
}

type lazy struct{ mu *sync.Mutex }

func (l *lazy) OkAsked() {
	if l.mu == nil {
		return
	}
	l.mu.Lock()
	l.mu.Unlock()
}

func OkErrorReturned(name string) error {
	store, err := lib.Open(name)
	if err != nil {
		return err
	}
	store.Set("a", "b")
	return nil
}

func OkFatal(name string) {
	store, err := lib.Open(name)
	if err != nil {
		log.Fatal(err)
	}
	store.Set("a", "b")
}

func OkReplaced(name string) {
	s, err := find(name)
	if err != nil {
		s = &session{}
	}
	s.mu.Lock()
	s.mu.Unlock()
}

// Exported fields are set by others.
type Exported struct{ Mu *sync.Mutex }

func (e *Exported) OkExported() {
	e.Mu.Lock()
	e.Mu.Unlock()
}

func (s *session) safe() {
	if s == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
}

func OkNilReceiver() {
	var s *session
	s.safe()
}

func OkBothWays(name string) {
	var s *session
	if name != "" {
		s = &session{}
	} else {
		s = &session{open: true}
	}
	s.close()
}

// FN_Map may have no such element.
func FN_Map(sessions map[string]*session, name string) {
	sessions[name].close()
}
