package main

import (
	"errors"
	"fmt"
	"sync"
)

var errRetry = errors.New("try again")

type batch struct {
	wg    sync.WaitGroup
	tries map[string]int
}

func (b *batch) finish(name string) {
	b.wg.Done() // MARK: BUG
	delete(b.tries, name)
}

func (b *batch) try(name string) error {
	defer b.finish(name)
	b.tries[name]++
	if len(name) > 3 {
		return errRetry
	}
	return nil
}

func (b *batch) process(name string) {
	if err := b.try(name); err == errRetry {
		b.try(name)
	}
}

func main() {
	b := &batch{tries: make(map[string]int)}
	for _, n := range []string{"a", "invoice"} {
		b.wg.Add(1)
		b.process(n)
	}
	b.wg.Wait()
	fmt.Println("done")
}
