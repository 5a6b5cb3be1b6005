// Package gl004 has goroutines that stop at select {}, and some that do not.
package gl004

import (
	"context"
	"sync"
	"time"
)

func BadLiteral() {
	go func() {
		select {} // want GL004 "this goroutine stops at `select \{\}` for ever"
	}()
}

func park() {
	select {} // want GL004 "for ever"
}

func BadDeclared() {
	go park()
}

type server struct{ name string }

func (s *server) BadLoop() {
	println(s.name)
	select {} // want GL004 "for ever"
}

func BadMethod(s *server) {
	go s.BadLoop()
}

func BadConditional(stay bool) {
	go func() {
		if stay {
			select {} // want GL004 "for ever"
		}
	}()
}

func BadAfterFunc(d time.Duration) {
	time.AfterFunc(d, func() {
		select {} // want GL004 "for ever"
	})
}

func BadNested(wg *sync.WaitGroup) {
	wg.Add(1)
	go func() {
		defer wg.Done()
		go func() {
			select {} // want GL004 "for ever"
		}()
	}()
}

func BadGeneric[T any](value T, use func(T)) {
	go func() {
		use(value)
		select {} // want GL004 "for ever"
	}()
}

// OkKeepAlive runs in the goroutine of its caller.
func OkKeepAlive() {
	go println("working")
	select {}
}

func OkContext(ctx context.Context) {
	go func() {
		<-ctx.Done()
	}()
}

func OkCases(a, b chan int) {
	go func() {
		select {
		case <-a:
		case <-b:
		}
	}()
}

func OkDefault(a chan int) {
	go func() {
		select {
		case <-a:
		default:
		}
	}()
}

func OkReturns() {
	go func() {
		println("done")
	}()
}

func OkCalledDirectly() {
	func() {
		select {}
	}()
}

func blocks() { select {} }

// FN_ThroughCall is a leak too, one call deeper.
func FN_ThroughCall() {
	go func() {
		blocks()
	}()
}
