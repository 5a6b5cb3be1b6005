package tested_test

import (
	"testing"

	"example.com/gl003/tested"
)

func TestBadSealedFromOutside(t *testing.T) {
	q := tested.New()
	go func() {
		q.Take() // want GL003 "nobody is left who sends"
	}()
	q.Seal()
	q.Put(1)
}

func TestOkFromOutside(t *testing.T) {
	q := tested.New()
	go func() {
		q.Put(1)
	}()
	q.Take()
	q.Seal()
}
