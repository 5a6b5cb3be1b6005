package main

import (
	"fmt"
	"sync"
)

type account struct {
	mu    sync.Mutex
	owner string
	cents int
}

func (a *account) credit(cents int) {
	a.mu.Lock() // MARK: SECOND
	defer a.mu.Unlock()
	a.cents += cents
}

func (a *account) transfer(to *account, cents int, meet *sync.WaitGroup) {
	a.mu.Lock()
	defer a.mu.Unlock()
	meet.Done()
	meet.Wait()
	a.cents -= cents
	to.credit(cents)
}

func settle(ann, bob *account) {
	var meet, done sync.WaitGroup
	meet.Add(2)
	done.Add(2)
	go func() {
		defer done.Done()
		ann.transfer(bob, 500, &meet)
	}()
	go func() {
		defer done.Done()
		bob.transfer(ann, 300, &meet)
	}()
	done.Wait() // MARK: WAIT
}

func main() {
	ann, bob := &account{owner: "ann", cents: 1000}, &account{owner: "bob", cents: 1000}
	settle(ann, bob)
	fmt.Println(ann.cents, bob.cents)
}
