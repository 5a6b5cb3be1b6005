// N01: a buffer belongs to one goroutine at a time; a channel hands it over.
package n01

import "testing"

type frame struct {
	seq  int
	data []byte
}

func produce(n int, out chan<- *frame) {
	defer close(out)
	for i := 0; i < n; i++ {
		f := &frame{seq: i}
		f.data = append(f.data, byte(i))
		out <- f
	}
}

func stamp(in <-chan *frame, out chan<- *frame) {
	defer close(out)
	for f := range in {
		f.seq *= 10
		f.data = append(f.data, 0)
		out <- f
	}
}

func TestFrames(t *testing.T) {
	raw, stamped := make(chan *frame), make(chan *frame, 2)
	go produce(5, raw)
	go stamp(raw, stamped)
	sum := 0
	for f := range stamped {
		f.seq++
		sum += f.seq + len(f.data)
	}
	if sum != 100+5+10 {
		t.Errorf("sum is %d", sum)
	}
}
