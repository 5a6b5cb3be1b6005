package gl008

import "sync"

type pool struct{ wg sync.WaitGroup }

func (p *pool) start(f func() error) {
	p.wg.Add(1)
	go func() {
		if f() == nil {
			p.wg.Done()
		}
	}()
}

func BadField(f func() error) {
	p := &pool{}
	p.start(f)
	p.wg.Wait() // want GL008 "does not reach zero"
}

func (p *pool) begin(f func() error) {
	p.wg.Add(1)
	go func() {
		defer p.wg.Done()
		_ = f()
	}()
}

func OkField(f func() error) {
	p := &pool{}
	p.begin(f)
	p.wg.Wait()
}

func half(wg *sync.WaitGroup, i int) {
	if i == 0 {
		return
	}
	wg.Done()
}

func BadHelperParameter() {
	var wg sync.WaitGroup
	for i := 0; i < 2; i++ {
		wg.Add(1)
		go half(&wg, i)
	}
	wg.Wait() // want GL008 "does not reach zero"
}

func OkHelperParameter() {
	var wg sync.WaitGroup
	for i := 1; i < 3; i++ {
		wg.Add(1)
		go half(&wg, i)
	}
	wg.Wait()
}

type task interface{ do(wg *sync.WaitGroup) }

type forgetful struct{}

func (forgetful) do(*sync.WaitGroup) {}

type careful struct{}

func (careful) do(wg *sync.WaitGroup) { wg.Done() }

func BadInterface() {
	var t task = forgetful{}
	var wg sync.WaitGroup
	wg.Add(1)
	go t.do(&wg)
	wg.Wait() // want GL008 "does not reach zero"
}

func OkInterface() {
	var t task = careful{}
	var wg sync.WaitGroup
	wg.Add(1)
	go t.do(&wg)
	wg.Wait()
}

func apply[T any](wg *sync.WaitGroup, v T, f func(T)) {
	defer wg.Done()
	f(v)
}

func BadGeneric(f func(int)) {
	var wg sync.WaitGroup
	wg.Add(3)
	for i := 0; i < 2; i++ {
		go apply(&wg, i, f)
	}
	wg.Wait() // want GL008 "does not reach zero"
}

func OkGeneric(f func(int)) {
	var wg sync.WaitGroup
	wg.Add(2)
	for i := 0; i < 2; i++ {
		go apply(&wg, i, f)
	}
	wg.Wait()
}
