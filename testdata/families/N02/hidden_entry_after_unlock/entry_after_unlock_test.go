// N02: the lock is given back before the entry that it guards is changed.
package n02

import (
	"sync"
	"testing"
)

type lease struct {
	holder string
	renews int
}

type leases struct {
	mu sync.Mutex
	by map[string]*lease
}

func (l *leases) find(name string) *lease {
	l.mu.Lock()
	defer l.mu.Unlock()
	one, ok := l.by[name]
	if !ok {
		one = &lease{}
		l.by[name] = one
	}
	return one
}

func (l *leases) renew(name, holder string) {
	one := l.find(name)
	one.holder = holder // want DR002
	one.renews++
}

func TestLeases(t *testing.T) {
	l := &leases{by: map[string]*lease{}}
	var wg sync.WaitGroup
	for _, holder := range []string{"x", "y", "z"} {
		holder := holder
		wg.Add(1)
		go func() {
			defer wg.Done()
			l.renew("disk", holder)
		}()
	}
	wg.Wait()
}
