package dr010

import (
	"testing"

	"example.com/dr010/helper"
)

func fail(t *testing.T, err error) {
	if err != nil {
		t.Error(err) // want DR010 "may have ended"
	}
}

func BadParameter(t *testing.T) {
	go fail(t, work())
}

func failWaited(t *testing.T, err error, done chan<- bool) {
	if err != nil {
		t.Error(err)
	}
	done <- true
}

func OkParameter(t *testing.T) {
	done := make(chan bool)
	go failWaited(t, work(), done)
	<-done
}

// Only uses in the package of the test are followed.
func FN_OtherPackage(t *testing.T) {
	go helper.Check(t, work())
}

func OkOtherPackage(t *testing.T) {
	helper.Check(t, work())
}

func BadClosure(t *testing.T) {
	check := func() {
		if err := work(); err != nil {
			t.Error(err) // want DR010 "may have ended"
		}
	}
	go check()
}

func OkClosure(t *testing.T) {
	check := func() {
		if err := work(); err != nil {
			t.Error(err)
		}
	}
	done := make(chan bool)
	go func() {
		defer close(done)
		check()
	}()
	<-done
}

func expect[T comparable](t *testing.T, got, want T) {
	if got != want {
		t.Errorf("got %v", got) // want DR010 "may have ended"
	}
}

func BadGeneric(t *testing.T) {
	go expect(t, work(), nil)
}

func expectNow[T comparable](t *testing.T, got, want T) {
	if got != want {
		t.Errorf("got %v", got)
	}
}

func OkGeneric(t *testing.T) {
	expectNow(t, work(), nil)
}

func TestBadParameter(t *testing.T)   { BadParameter(t) }
func TestOkParameter(t *testing.T)    { OkParameter(t) }
func TestOtherPackage(t *testing.T)   { FN_OtherPackage(t) }
func TestOkOtherPackage(t *testing.T) { OkOtherPackage(t) }
func TestBadClosure(t *testing.T)     { BadClosure(t) }
func TestOkClosure(t *testing.T)      { OkClosure(t) }
func TestBadGeneric(t *testing.T)     { BadGeneric(t) }
func TestOkGeneric(t *testing.T)      { OkGeneric(t) }
