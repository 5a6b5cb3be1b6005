// Package pn010 recovers from panics.
package pn010

import (
	"errors"
	"fmt"
	"log"
	"net/http"
)

func BadIgnored(f func()) {
	defer func() {
		_ = recover() // want PN010 "tells nobody"
	}()
	f()
}

func BadEmpty(f func()) {
	defer func() {
		if r := recover(); r != nil { // want PN010 "tells nobody"
			return
		}
	}()
	f()
}

type worker struct{ jobs chan func() }

func (w *worker) BadGoroutine() {
	go func() {
		defer func() {
			if recover() != nil { // want PN010 "tells nobody"
			}
		}()
		for job := range w.jobs {
			job()
		}
	}()
}

func hide() {
	recover() // want PN010 "tells nobody"
}

func BadNamed(f func()) {
	defer hide()
	f()
}

func BadSuccess(job func() error) error {
	defer func() {
		if r := recover(); r != nil { // want PN010 "returns a nil error"
			log.Print(r)
		}
	}()
	return job()
}

func BadResultUnset(load func() int) (value int, err error) {
	defer func() {
		if r := recover(); r != nil { // want PN010 "returns a nil error"
			log.Println("load:", r)
		}
	}()
	return load(), nil
}

func BadLocalError(job func()) error {
	defer func() {
		var err error
		if r := recover(); r != nil { // want PN010 "returns a nil error"
			err = fmt.Errorf("%v", r)
			log.Print(err)
		}
	}()
	job()
	return nil
}

func BadGeneric[T any](f func() T) (result T) {
	defer func() { recover() }() // want PN010 "tells nobody"
	return f()
}

func OkLogged(f func()) {
	defer func() {
		if r := recover(); r != nil {
			log.Print(r)
		}
	}()
	f()
}

func OkReturned(job func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v", r)
		}
	}()
	return job()
}

func OkSent(f func(), panics chan<- any) {
	defer func() {
		panics <- recover()
	}()
	f()
}

func OkCounted(f func(), count *int) {
	defer func() {
		if recover() != nil {
			*count++
		}
	}()
	f()
}

func OkAgain(f func() error) error {
	defer func() {
		if r := recover(); r != nil {
			log.Print(r)
			panic(r)
		}
	}()
	return f()
}

func OkResponse(w http.ResponseWriter, f func()) {
	defer func() {
		if recover() != nil {
			http.Error(w, "internal error", http.StatusInternalServerError)
		}
	}()
	f()
}

func set(err *error) {
	if r := recover(); r != nil {
		*err = errors.New("panic")
	}
}

func OkHelper(job func() error) (err error) {
	defer set(&err)
	return job()
}

func OkMustPanic(f func(), fail func(string)) {
	defer func() {
		if r := recover(); r == nil {
			fail("no panic")
		}
	}()
	f()
}

type command struct{ err error }

func (c *command) SetErr(err error) { c.err = err }

func OkSetErr(c *command, f func()) error {
	defer func() {
		if r := recover(); r != nil {
			c.SetErr(fmt.Errorf("%v", r))
		}
	}()
	f()
	return nil
}

// FN_Partial logs without the value.
func FN_Partial(f func()) {
	defer func() {
		if recover() != nil {
			log.Print("something happened")
		}
	}()
	f()
}
