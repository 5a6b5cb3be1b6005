// B14: a worker that gives up with Goexit never reaches the Done at its end.
package b14

import (
	"runtime"
	"sync"
	"testing"
)

type assertion struct {
	failed bool
}

func (a *assertion) require(ok bool) {
	if !ok {
		a.failed = true
		runtime.Goexit()
	}
}

type suite struct {
	checks []func(a *assertion)
	wg     sync.WaitGroup
}

func (s *suite) one(check func(a *assertion)) {
	check(&assertion{})
	s.wg.Done()
}

func (s *suite) run() {
	for _, c := range s.checks {
		s.wg.Add(1)
		go s.one(c)
	}
	s.wg.Wait() // want GL008|DL006
}

func TestGoexitWorker(t *testing.T) {
	s := &suite{}
	s.checks = append(s.checks,
		func(a *assertion) { a.require(len("x") == 1) },
		func(a *assertion) { a.require(len("x") == 2) },
	)
	s.run()
}
