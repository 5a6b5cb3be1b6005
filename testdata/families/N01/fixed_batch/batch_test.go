// N01: rows are cut to nothing and filled again while a goroutine looks at them, corrected.
package n01

import (
	"testing"
)

type batch struct{ rows []string }

func (b *batch) add(s string) { b.rows = append(b.rows, s) }
func (b *batch) reset() {
	b.rows = nil
}
func flush(rows []string, out chan int) {
	n := 0
	for _, r := range rows {
		n += len(r)
	}
	out <- n
}
func TestBatch(t *testing.T) {
	b := &batch{}
	out := make(chan int, 2)
	b.add("a")
	go flush(b.rows, out)
	b.reset()
	b.add("b")
	go flush(b.rows, out)
	<-out
	<-out
}
