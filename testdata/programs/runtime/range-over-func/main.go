//go:build go1.23

package main

import (
	"iter"
	"time"

	"fixtures.test/programs/internal/harness"
)

type row struct{ id, cents int }

type table struct{ rows []row }

// All yields the rows in order.
func (t *table) All() iter.Seq2[int, row] {
	return func(yield func(int, row) bool) {
		for i, r := range t.rows {
			if !yield(i, r) {
				return
			}
		}
	}
}

// Export streams a table to one reader.
type Export struct {
	t   *table
	out chan row
}

func (e *Export) stream() {
	defer close(e.out)
	for i, r := range e.t.All() {
		if i > 1000 {
			return
		}
		e.out <- r // MARK: BUG
	}
}

func preview(t *table) row {
	e := &Export{t: t, out: make(chan row)}
	go e.stream()
	return <-e.out
}

func main() {
	t := &table{rows: []row{{1, 100}, {2, 250}, {3, 999}}}
	harness.Every(10*time.Second, func() { preview(t) })
	harness.Run()
}
