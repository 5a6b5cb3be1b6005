// N01: a router keeps its session table in a plain map, and each connection adds to it.
package n01

import (
	"fmt"
	"sync"
	"testing"
)

type session struct {
	id    int
	owner string
}

type router struct {
	sessions map[string]*session
	accepted int
}

func newRouter() *router {
	return &router{sessions: make(map[string]*session)}
}

func (r *router) attach(owner string, id int) {
	r.sessions[owner] = &session{id: id, owner: owner} // want DR001
}

func TestAttach(t *testing.T) {
	r := newRouter()
	var wg sync.WaitGroup
	for i := 0; i < 8; i++ {
		i := i
		wg.Add(1)
		go func() {
			defer wg.Done()
			r.attach(fmt.Sprintf("peer-%d", i), i)
		}()
	}
	wg.Wait()
	if len(r.sessions) != 8 {
		t.Errorf("%d sessions", len(r.sessions))
	}
}
