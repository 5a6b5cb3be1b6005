// B05: the callback that the registry runs under its lock reports over a channel whose reader asks the registry.
package b05

import (
	"sync"
	"testing"
)

type checker interface {
	Check() error
}

type reporter interface {
	Report(name string, err error)
}

type alwaysOK struct{}

func (alwaysOK) Check() error { return nil }

type healthRegistry struct {
	lock   sync.RWMutex
	checks map[string]checker
}

func (r *healthRegistry) Register(name string, c checker) {
	r.lock.Lock()
	defer r.lock.Unlock()
	r.checks[name] = c
}

func (r *healthRegistry) each(f func(name string, c checker)) {
	r.lock.RLock()
	defer r.lock.RUnlock()
	for name, c := range r.checks {
		f(name, c)
	}
}

type result struct {
	name string
	err  error
}

type channelReporter struct {
	out chan result
}

func (c *channelReporter) Report(name string, err error) {
	c.out <- result{name, err}
}

func runAll(r *healthRegistry, rep reporter) {
	var results []result
	r.each(func(name string, c checker) {
		results = append(results, result{name, c.Check()})
	})
	for _, res := range results {
		rep.Report(res.name, res.err)
	}
}

func TestEachCallback(t *testing.T) {
	r := &healthRegistry{checks: map[string]checker{}}
	r.Register("disk", alwaysOK{})
	r.Register("net", alwaysOK{})
	rep := &channelReporter{out: make(chan result)}
	done := make(chan struct{})
	go func() {
		defer close(done)
		runAll(r, rep)
	}()
	res := <-rep.out
	r.Register("after "+res.name, alwaysOK{})
	<-rep.out
	<-done
}
