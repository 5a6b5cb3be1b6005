// N09: the goroutine counts itself; who waits first finds nothing to wait for, and closes too early.
package n09

import (
	"sync"
	"testing"
)

type tee struct {
	wg  sync.WaitGroup
	out chan string
}

func (t *tee) write(s string) {
	t.wg.Add(1) // want DL006|PN001
	defer t.wg.Done()
	t.out <- s // want PN001
}

func (t *tee) close() {
	t.wg.Wait()
	close(t.out)
}

func TestAddInside(t *testing.T) {
	te := &tee{out: make(chan string, 2)}
	go te.write("a")
	te.close()
	for range te.out {
	}
}
