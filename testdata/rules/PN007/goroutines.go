package pn007

import (
	"log"
	"sync"
)

func BadPanicInGoroutine(jobs []func() error) {
	defer func() {
		if r := recover(); r != nil {
			log.Print(r)
		}
	}()
	var wg sync.WaitGroup
	for _, job := range jobs {
		wg.Add(1)
		go func() {
			defer wg.Done()
			if err := job(); err != nil {
				panic(err) // want PN007 "nothing recovers this panic"
			}
		}()
	}
	wg.Wait()
}

func logged() {
	if r := recover(); r != nil {
		log.Print(r)
	}
}

type pump struct{ in chan int }

func (p *pump) BadPanicBehindMethod() {
	defer logged()
	go func() {
		for n := range p.in {
			if n < 0 {
				panic("negative") // want PN007 "nothing recovers this panic"
			}
		}
	}()
	close(p.in)
}

func OkPanicRecoveredInGoroutine(job func() error) {
	defer logged()
	go func() {
		defer logged()
		if err := job(); err != nil {
			panic(err)
		}
	}()
}

func OkPanicInSameGoroutine(job func() error) {
	defer logged()
	if err := job(); err != nil {
		panic(err)
	}
}

func OkPanicEndsProcess(job func() error) {
	go func() {
		if err := job(); err != nil {
			panic(err)
		}
	}()
}
