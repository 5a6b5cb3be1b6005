// B04: the same lock is read-held through its Locker view, and again by the visitor.
package b04

import (
	"sync"
	"testing"
)

type visitor func(name string)

type tree struct {
	mu    sync.RWMutex
	names []string
}

func (tr *tree) reader() sync.Locker { return tr.mu.RLocker() }

func (tr *tree) walk(v visitor) {
	l := tr.reader()
	l.Lock()
	defer l.Unlock()
	for _, n := range tr.names {
		v(n)
	}
}

func (tr *tree) has(name string) bool {
	tr.mu.RLock()
	defer tr.mu.RUnlock()
	for _, n := range tr.names {
		if n == name {
			return true
		}
	}
	return false
}

func (tr *tree) insert(name string) {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	tr.names = append(tr.names, name)
}

func TestRlockerView(t *testing.T) {
	tr := &tree{names: []string{"a", "b"}}
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		defer wg.Done()
		tr.insert("c")
	}()
	var seen []string
	tr.walk(func(name string) { seen = append(seen, name) })
	for _, name := range seen {
		tr.has(name + "'")
	}
	wg.Wait()
}
