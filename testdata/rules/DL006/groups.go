// Package dl006 counts goroutines too late, or in time.
package dl006

import "sync"

func BadLate(work []func()) {
	var wg sync.WaitGroup
	for _, do := range work {
		go func(do func()) {
			wg.Add(1) // want DL006 "this Add may come after Wait"
			defer wg.Done()
			do()
		}(do)
	}
	wg.Wait()
}

func BadPointer(wg *sync.WaitGroup, do func()) {
	go func() {
		wg.Add(1) // want DL006 "this Add may come after Wait"
		do()
		wg.Done()
	}()
}

type pool struct {
	wg   sync.WaitGroup
	name string
}

func (p *pool) BadField(do func()) {
	go func() {
		p.wg.Add(1) // want DL006 "this Add may come after Wait"
		defer p.wg.Done()
		do()
	}()
}

func BadNotFirst(do func()) {
	var wg sync.WaitGroup
	go func() {
		println("starting")
		wg.Add(1) // want DL006 "this Add may come after Wait"
		do()
		wg.Done()
	}()
	wg.Wait()
}

func BadCopy(wg sync.WaitGroup, do func()) { // want DL006 "this WaitGroup is a copy"
	defer wg.Done()
	do()
}

func BadCopyInLiteral(do func()) {
	var wg sync.WaitGroup
	wg.Add(1)
	go func(wg sync.WaitGroup) { // want DL006 "this WaitGroup is a copy"
		do()
		wg.Done()
	}(wg)
	wg.Wait()
}

func BadGeneric[T any](values []T, use func(T)) {
	var wg sync.WaitGroup
	for _, value := range values {
		value := value
		go func() {
			wg.Add(1) // want DL006 "this Add may come after Wait"
			use(value)
			wg.Done()
		}()
	}
	wg.Wait()
}

func OkInTime(work []func()) {
	var wg sync.WaitGroup
	for _, do := range work {
		wg.Add(1)
		go func(do func()) {
			defer wg.Done()
			do()
		}(do)
	}
	wg.Wait()
}

func OkStartsMore(do func()) {
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		defer wg.Done()
		wg.Add(1)
		go func() {
			defer wg.Done()
			do()
		}()
	}()
	wg.Wait()
}

func OkOwnGroup(do func()) {
	go func() {
		var wg sync.WaitGroup
		wg.Add(1)
		go func() {
			defer wg.Done()
			do()
		}()
		wg.Wait()
	}()
}

func OkPointerParameter(wg *sync.WaitGroup, do func()) {
	defer wg.Done()
	do()
}

func (p *pool) OkField(do func()) {
	p.wg.Add(1)
	go func() {
		defer p.wg.Done()
		do()
	}()
}

type counter struct{ n int }

func (c *counter) Add(n int) { c.n += n }
func (c *counter) Done()     { c.n-- }

func OkOtherAdd(c *counter) {
	go func() {
		c.Add(1)
		defer c.Done()
	}()
}

func OkDirectly(wg *sync.WaitGroup, do func()) {
	func() {
		wg.Add(1)
		do()
		wg.Done()
	}()
}

// FN_Declared counts in a declared function.
func FN_Declared(wg *sync.WaitGroup) {
	go late(wg)
}

func late(wg *sync.WaitGroup) {
	wg.Add(1)
	defer wg.Done()
}
