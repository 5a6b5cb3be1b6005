// B03: the orders differ, but both ways go through the same outer lock.
package b03

import (
	"sync"
	"testing"
)

type ledger struct {
	gate   sync.Mutex
	books  sync.Mutex
	audits sync.Mutex
	lines  []string
	checks int
}

func (l *ledger) post(line string) {
	l.gate.Lock()
	defer l.gate.Unlock()
	l.books.Lock()
	defer l.books.Unlock()
	l.audits.Lock()
	defer l.audits.Unlock()
	l.lines = append(l.lines, line)
	l.checks = 0
}

func (l *ledger) audit() int {
	l.gate.Lock()
	defer l.gate.Unlock()
	l.audits.Lock()
	defer l.audits.Unlock()
	l.books.Lock()
	defer l.books.Unlock()
	l.checks = len(l.lines)
	return l.checks
}

func TestGateLock(t *testing.T) {
	l := &ledger{}
	var wg sync.WaitGroup
	wg.Add(2)
	go func() { defer wg.Done(); l.post("a") }()
	go func() { defer wg.Done(); l.audit() }()
	wg.Wait()
}
