package dl006

import (
	"sync"

	"example.com/rules/dl006/lib"
)

type counted interface {
	Add(int)
	Done()
	Wait()
}

func BadOtherPackage(p *lib.Pool, do func()) {
	go func() {
		p.Workers.Add(1) // want DL006 "this Add may come after Wait"
		defer p.Workers.Done()
		do()
	}()
	p.Workers.Wait()
}

// FN_Interface counts through an interface that may be anything.
func FN_Interface(c counted, do func()) {
	go func() {
		c.Add(1)
		defer c.Done()
		do()
	}()
	c.Wait()
}

func OkOtherPackage(p *lib.Pool, do func()) {
	p.Workers.Add(1)
	go func() {
		defer p.Workers.Done()
		do()
	}()
	p.Workers.Wait()
}

type crew struct {
	mu     sync.Mutex
	wg     sync.WaitGroup
	closed bool
	jobs   chan func()
}

func (c *crew) run(do func()) {
	defer c.wg.Done()
	do()
}

// The one who takes jobs is not counted, and adds for each of them.
func (c *crew) take() {
	for do := range c.jobs {
		c.wg.Add(1) // want DL006 "while BadTaker may be waiting"
		go c.run(do)
	}
}

func BadTaker(do func()) {
	c := &crew{jobs: make(chan func(), 2)}
	c.jobs <- do
	c.jobs <- do
	go c.take()
	c.wg.Wait()
}

func (c *crew) takeUntilClosed() {
	for do := range c.jobs {
		c.mu.Lock()
		if c.closed {
			c.mu.Unlock()
			return
		}
		c.wg.Add(1)
		c.mu.Unlock()
		go c.run(do)
	}
}

// The door is closed before anybody waits.
func OkDoor(do func()) {
	c := &crew{jobs: make(chan func(), 1)}
	go c.takeUntilClosed()
	c.jobs <- do
	c.mu.Lock()
	c.closed = true
	c.mu.Unlock()
	c.wg.Wait()
}

// Who adds is counted as long as it does.
func (c *crew) takeCounted() {
	defer c.wg.Done()
	for do := range c.jobs {
		c.wg.Add(1)
		go c.run(do)
	}
}

func OkCountedTaker(do func()) {
	c := &crew{jobs: make(chan func(), 1)}
	c.wg.Add(1)
	go c.takeCounted()
	c.jobs <- do
	close(c.jobs)
	c.wg.Wait()
}

func (c *crew) fetch(do func()) {
	c.wg.Add(1) // want DL006 "while BadOwnAdd may be waiting"
	defer c.wg.Done()
	do()
}

func BadOwnAdd(all []func()) {
	c := &crew{}
	for _, do := range all {
		go c.fetch(do)
	}
	c.wg.Wait()
}
