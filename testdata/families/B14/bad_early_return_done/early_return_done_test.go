// B14: the worker that meets an error returns before Done.
package b14

import (
	"errors"
	"sync"
	"testing"
)

type image struct {
	name   string
	layers int
}

type puller struct {
	wg  sync.WaitGroup
	mu  sync.Mutex
	bad []string
}

func (p *puller) fetch(img image) error {
	if img.layers == 0 {
		return errors.New("no layers in " + img.name)
	}
	return nil
}

func (p *puller) pull(img image) {
	if err := p.fetch(img); err != nil {
		p.mu.Lock()
		p.bad = append(p.bad, err.Error())
		p.mu.Unlock()
		return
	}
	p.wg.Done()
}

func (p *puller) pullAll(images []image) []string {
	for _, img := range images {
		p.wg.Add(1)
		go p.pull(img)
	}
	p.wg.Wait() // want GL008|DL006
	return p.bad
}

func TestEarlyReturnDone(t *testing.T) {
	p := &puller{}
	bad := p.pullAll([]image{{"a", 2}, {"b", 0}})
	if len(bad) != 1 {
		t.Error(bad)
	}
}
