package tested

import "testing"

func TestBadSealed(t *testing.T) {
	q := New()
	taken := make(chan int, 1)
	go func() {
		taken <- q.Take() // want GL003 "nobody is left who sends"
	}()
	q.Seal()
	q.Put(1)
}

func TestOkClosed(t *testing.T) {
	q := New()
	taken := make(chan int, 1)
	go func() {
		taken <- q.Take()
	}()
	q.Close()
	q.Put(1)
	<-taken
}

func TestOkPut(t *testing.T) {
	q := New()
	taken := make(chan int, 1)
	go func() {
		taken <- q.Take()
	}()
	q.Put(1)
	<-taken
}
