// B07: a nil channel in a select is a case that is switched off, not a wait for ever.
package b07

import "testing"

type merger struct {
	left, right <-chan int
}

func (m *merger) all() []int {
	var out []int
	left, right := m.left, m.right
	for left != nil || right != nil {
		select {
		case v, ok := <-left:
			if !ok {
				left = nil
				continue
			}
			out = append(out, v)
		case v, ok := <-right:
			if !ok {
				right = nil
				continue
			}
			out = append(out, v)
		}
	}
	return out
}

func emit(values ...int) <-chan int {
	c := make(chan int)
	go func() {
		for _, v := range values {
			c <- v
		}
		close(c)
	}()
	return c
}

func TestNilCase(t *testing.T) {
	m := &merger{left: emit(1), right: emit(2, 3)}
	if got := m.all(); len(got) != 3 {
		t.Error(got)
	}
}
