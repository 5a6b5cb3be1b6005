// Package dr003 captures loop variables, and copies of them.
package dr003

import (
	"sync"
	"time"
)

func BadRange(list []string, use func(string)) {
	for _, s := range list {
		go func() {
			use(s) // want DR003 "this goroutine uses the loop variable `s`"
		}()
	}
}

func BadThreePart(use func(int)) {
	for i := 0; i < 3; i++ {
		go func() {
			use(i) // want DR003 "uses the loop variable `i`"
		}()
	}
}

func BadDefer(list []func()) {
	for _, f := range list {
		defer func() {
			f() // want DR003 "this deferred function uses the loop variable `f`"
		}()
	}
}

func BadWaitGroup(list []int, use func(int)) {
	var wg sync.WaitGroup
	for _, n := range list {
		wg.Add(1)
		go func() {
			defer wg.Done()
			use(n) // want DR003 "uses the loop variable `n`"
		}()
	}
	wg.Wait()
}

type job struct{ name string }

func BadField(jobs []job, use func(string)) {
	for _, j := range jobs {
		go func() {
			use(j.name) // want DR003 "uses the loop variable `j`"
		}()
	}
}

func BadInBranch(jobs map[string]int, use func(string)) {
	for name, n := range jobs {
		if n > 0 {
			go func() {
				use(name) // want DR003 "uses the loop variable `name`"
			}()
		}
	}
}

func BadNested(list [][]int, use func(int)) {
	for _, inner := range list {
		for _, n := range inner {
			go func() {
				func() {
					use(n) // want DR003 "uses the loop variable `n`"
				}()
			}()
		}
	}
}

func BadTimer(list []int, use func(int)) {
	for _, n := range list {
		time.AfterFunc(time.Second, func() {
			use(n) // want DR003 "uses the loop variable `n`"
		})
	}
}

func BadGeneric[T any](list []T, use func(T)) {
	for _, value := range list {
		go func() {
			use(value) // want DR003 "uses the loop variable `value`"
		}()
	}
}

func OkCopy(list []string, use func(string)) {
	for _, s := range list {
		s := s
		go func() {
			use(s)
		}()
	}
}

func OkArgument(list []string, use func(string)) {
	for _, s := range list {
		go func(s string) {
			use(s)
		}(s)
	}
}

func OkWaits(list []string, use func(string)) {
	for _, s := range list {
		done := make(chan struct{})
		go func() {
			use(s)
			close(done)
		}()
		<-done
	}
}

func OkWaitGroupInside(list []string, use func(string)) {
	for _, s := range list {
		var wg sync.WaitGroup
		wg.Add(1)
		go func() {
			defer wg.Done()
			use(s)
		}()
		wg.Wait()
	}
}

func OkLeaves(list []func()) {
	for _, f := range list {
		defer func() {
			f()
		}()
		return
	}
}

func OkCalled(list []string, use func(string)) {
	for _, s := range list {
		func() {
			use(s)
		}()
	}
}

func OkOther(list []string, use func()) {
	for range list {
		go func() {
			use()
		}()
	}
}

func OkDeclaredOutside(list []string, use func(string)) {
	for _, s := range list {
		go use(s)
	}
}
