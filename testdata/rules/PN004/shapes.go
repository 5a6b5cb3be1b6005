package pn004

import "sync"

type batch struct{ wg sync.WaitGroup }

func (b *batch) finish() {
	b.wg.Done() // want PN004 "below zero"
}

func BadField() {
	b := &batch{}
	b.wg.Add(1)
	go b.finish()
	b.finish()
}

func OkField() {
	b := &batch{}
	b.wg.Add(2)
	go b.finish()
	b.finish()
	b.wg.Wait()
}

func work(wg *sync.WaitGroup) {
	defer wg.Done() // want PN004 "below zero"
}

func BadHelperParameter() {
	var wg sync.WaitGroup
	wg.Add(2)
	for i := 0; i < 3; i++ {
		go work(&wg)
	}
	wg.Wait()
}

func OkHelperParameter() {
	var wg sync.WaitGroup
	wg.Add(3)
	for i := 0; i < 3; i++ {
		go work(&wg)
	}
	wg.Wait()
}

type task interface{ do(wg *sync.WaitGroup) }

type eager struct{}

func (eager) do(wg *sync.WaitGroup) {
	wg.Done() // want PN004 "below zero"
}

func BadInterface() {
	var t task = eager{}
	var wg sync.WaitGroup
	go t.do(&wg)
	wg.Add(1)
	wg.Wait()
}

func OkInterface() {
	var t task = eager{}
	var wg sync.WaitGroup
	wg.Add(1)
	go t.do(&wg)
	wg.Wait()
}

func apply[T any](wg *sync.WaitGroup, _ T) {
	wg.Add(-1) // want PN004 "below zero"
}

func BadGeneric() {
	var wg sync.WaitGroup
	wg.Add(1)
	go apply(&wg, "a")
	go apply(&wg, "b")
}

func OkGeneric() {
	var wg sync.WaitGroup
	wg.Add(2)
	go apply(&wg, "a")
	go apply(&wg, "b")
	wg.Wait()
}

func BadClosure(f func() error) {
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		defer wg.Done() // want PN004 "below zero"
		if f() != nil {
			wg.Done()
		}
	}()
	wg.Wait()
}

func OkClosure(f func() error) {
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		defer wg.Done()
		if f() != nil {
			return
		}
	}()
	wg.Wait()
}
