package pn002

import "sync"

func BadDirect() {
	done := make(chan struct{})
	go func() {
		close(done)
	}()
	<-done
	close(done) // want PN002 "closed already"
}

func OkDirect() {
	done := make(chan struct{})
	go func() {
		close(done)
	}()
	<-done
}

func finish(done chan struct{}) {
	close(done) // want PN002 "closed already"
}

func BadHelperParameter() {
	done := make(chan struct{})
	for i := 0; i < 2; i++ {
		go finish(done)
	}
}

func OkHelperParameter() {
	for i := 0; i < 2; i++ {
		done := make(chan struct{})
		go finish(done)
		<-done
	}
}

type closer interface{ shut(ch chan int) }

type plain struct{}

func (plain) shut(ch chan int) {
	close(ch) // want PN002 "closed already"
}

func BadInterface() {
	var c closer = plain{}
	ch := make(chan int)
	go c.shut(ch)
	c.shut(ch)
}

func OkInterface() {
	var c closer = plain{}
	ch := make(chan int)
	go c.shut(ch)
	<-ch
}

func end[T any](ch chan T) {
	close(ch) // want PN002 "closed already"
}

func BadGeneric() {
	ch := make(chan string)
	go end(ch)
	end(ch)
}

func OkGeneric() {
	a, b := make(chan string), make(chan string)
	go end(a)
	end(b)
	<-a
}

func BadClosure() {
	ch := make(chan int, 2)
	var wg sync.WaitGroup
	for i := 0; i < 2; i++ {
		wg.Add(1)
		go func() {
			defer wg.Done()
			defer close(ch) // want PN002 "closed already"
			ch <- i
		}()
	}
	wg.Wait()
}

type guarded struct {
	sync.Mutex
	closed bool
	done   chan struct{}
}

func (g *guarded) stop() {
	g.Lock()
	defer g.Unlock()
	if !g.closed {
		g.closed = true
		close(g.done)
	}
}

func OkEmbeddedLock() {
	g := &guarded{done: make(chan struct{})}
	go g.stop()
	g.stop()
}
