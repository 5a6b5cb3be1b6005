// N07: the channel is closed by the one who has waited for all senders.
package n07

import (
	"sync"
	"testing"
)

type mapper struct {
	out chan int
}

func (m *mapper) run(inputs []int) []int {
	var wg sync.WaitGroup
	wg.Add(len(inputs))
	for _, in := range inputs {
		go func(in int) {
			defer wg.Done()
			m.out <- in * in
		}(in)
	}
	go func() {
		wg.Wait()
		close(m.out)
	}()
	var all []int
	for v := range m.out {
		all = append(all, v)
	}
	return all
}

func TestCloseAfterWait(t *testing.T) {
	m := &mapper{out: make(chan int)}
	if got := m.run([]int{1, 2}); len(got) != 2 {
		t.Error(got)
	}
}
