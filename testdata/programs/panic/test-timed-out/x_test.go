package queue

import "testing"

func TestOrder(t *testing.T) {
	q := New(2)
	q.Put("a")
	q.Put("b")
	if got := q.Take() + q.Take(); got != "ab" {
		t.Fatalf("got %q", got)
	}
}

func TestDrain(t *testing.T) {
	t.Run("empty", func(t *testing.T) {
		q := New(1)
		q.Put("a")
		q.Take()
		q.Take()
	})
}
