// B06: nobody reads the second answer, but there is room for both.
package b06

import (
	"testing"
	"time"
)

type probeResult struct {
	ok      bool
	latency time.Duration
}

type prober struct {
	targets []string
}

func (p *prober) probe(target string) probeResult {
	return probeResult{ok: target != "", latency: time.Millisecond}
}

func (p *prober) any() bool {
	out := make(chan probeResult, len(p.targets))
	for i := range p.targets {
		target := p.targets[i]
		go func() { out <- p.probe(target) }()
	}
	select {
	case r := <-out:
		return r.ok
	case <-time.After(time.Second):
		return false
	}
}

func TestBufferedByCount(t *testing.T) {
	p := &prober{targets: []string{"a", "b"}}
	if !p.any() {
		t.Error("no target answered")
	}
}
