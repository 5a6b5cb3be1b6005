// Package pn007 recovers where it has no effect, and where it has.
package pn007

import (
	"log"

	"example.com/rules/pn007/lib"
)

func BadDeferRecover() {
	defer recover() // want PN007 "`defer recover\(\)` stops no panic"
	work()
}

func BadNested() {
	defer func() {
		func() {
			if r := recover(); r != nil { // want PN007 "the function around it is not deferred"
				log.Println(r)
			}
		}()
	}()
	work()
}

func guard() {
	if r := recover(); r != nil {
		log.Println(r)
	}
}

func BadHelper() {
	defer func() {
		guard() // want PN007 "`guard` cannot recover here"
	}()
	work()
}

func OkHelper() {
	defer guard()
	work()
}

func swallow(name string) {
	if r := recover(); r != nil { // want PN007 "nothing defers the function around it"
		log.Println(name, r)
	}
}

func BadCalled() {
	swallow("work")
	work()
}

type server struct{ name string }

func (s *server) handle() {
	if r := recover(); r != nil {
		log.Println(s.name, r)
	}
}

func (s *server) BadMethod() {
	defer func() {
		s.handle() // want PN007 "`\(\*server\).handle` cannot recover here"
	}()
	work()
}

func (s *server) OkMethod() {
	defer s.handle()
	work()
}

func BadInline() {
	func() {
		recover() // want PN007 "the function around it is not deferred"
	}()
	work()
}

func BadGoroutine() {
	go func() {
		if r := recover(); r != nil { // want PN007 "the function around it is not deferred"
			log.Println(r)
		}
		work()
	}()
}

func OkDeferred() {
	defer func() {
		if r := recover(); r != nil {
			log.Println(r)
		}
	}()
	work()
}

func OkVariable() {
	cleanup := func() {
		recover()
	}
	defer cleanup()
	work()
}

func OkValue(register func(func())) {
	register(func() { recover() })
}

// OkExported may be deferred by others.
func OkExported() {
	if r := recover(); r != nil {
		log.Println(r)
	}
}

func OkReturned() func() {
	return func() { recover() }
}

func OkAcross() {
	defer lib.Guard()
	work()
}

func work() { panic("no") }

// FN_Across calls a guard of another package from a deferred function.
func FN_Across() {
	defer func() {
		lib.Guard()
	}()
	work()
}
