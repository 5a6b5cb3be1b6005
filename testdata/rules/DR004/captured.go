// Package dr004 shares variables between goroutines.
package dr004

import (
	"fmt"
	"log"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"example.com/rules/dr004/lib"
)

func BadErr(path string) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	go func() {
		err = os.WriteFile(path+".bak", data, 0o600) // want DR004 "this goroutine writes `err`, and BadErr writes it at the same time"
		if err != nil {
			log.Print(err)
		}
	}()
	_, err = strconv.Atoi(string(data))
	return err
}

func BadTwoGoroutines(first, second func() error) error {
	var wg sync.WaitGroup
	var err error
	wg.Add(2)
	go func() {
		defer wg.Done()
		err = first() // want DR004 "this goroutine writes `err`, and another goroutine writes it"
	}()
	go func() {
		defer wg.Done()
		err = second()
	}()
	wg.Wait()
	return err
}

func BadCount(jobs []func()) int {
	var wg sync.WaitGroup
	done := 0
	for _, job := range jobs {
		wg.Add(1)
		go func() {
			defer wg.Done()
			job()
			done++ // want DR004 "this goroutine writes `done`, and so do the goroutines of the other rounds"
		}()
	}
	wg.Wait()
	return done
}

func BadSleep(work func() int) int {
	result := 0
	go func() {
		result = work() // want DR004 "this goroutine writes `result`, and BadSleep reads it"
	}()
	time.Sleep(time.Second)
	return result
}

func BadParameter(n int, use func(int)) {
	go func() {
		use(n) // want DR004 "this goroutine reads `n`, and BadParameter writes it"
	}()
	n++
	fmt.Println(n)
}

func BadClosure(paths []string) func() error {
	return func() error {
		var err error
		for _, path := range paths {
			go func() {
				_, err = os.Stat(path) // want DR004 "this goroutine writes `err`"
			}()
		}
		return err
	}
}

func BadWaitGroupGo[T any](values []T, weigh func(T) int) int {
	var wg sync.WaitGroup
	best := 0
	for _, v := range values {
		wg.Add(1)
		go func(v T) {
			defer wg.Done()
			if w := weigh(v); w > best {
				best = w // want DR004 "this goroutine writes `best`, and so do"
			}
		}(v)
	}
	wg.Wait()
	return best
}

type task interface{ Run() error }

func BadInterface(tasks []task) (err error) {
	var wg sync.WaitGroup
	for _, t := range tasks {
		wg.Add(1)
		go func() {
			defer wg.Done()
			err = t.Run() // want DR004 "this goroutine writes `err`"
		}()
	}
	wg.Wait()
	return err
}

func BadPackage(names []string) (string, error) {
	var text string
	var err error
	done := make(chan struct{})
	go func() {
		text, err = lib.Fetch(names[0]) // want DR004 "this goroutine writes `err`, and BadPackage writes it"
		close(done)
	}()
	_, err = os.Stat(names[1])
	<-done
	return text, err
}

func OkWaits(work func() error) error {
	var wg sync.WaitGroup
	var err error
	wg.Add(1)
	go func() {
		defer wg.Done()
		err = work()
	}()
	wg.Wait()
	return err
}

func OkChannel(work func() error) error {
	var err error
	done := make(chan struct{})
	go func() {
		err = work()
		close(done)
	}()
	<-done
	return err
}

func OkOwn(path string) error {
	_, err := os.ReadFile(path)
	go func() {
		err := os.Remove(path)
		if err != nil {
			log.Print(err)
		}
	}()
	return err
}

func OkLock(jobs []func() error) error {
	var mu sync.Mutex
	var wg sync.WaitGroup
	var first error
	for _, job := range jobs {
		wg.Add(1)
		go func() {
			defer wg.Done()
			err := job()
			mu.Lock()
			defer mu.Unlock()
			if first == nil {
				first = err
			}
		}()
	}
	wg.Wait()
	return first
}

func OkOnce(jobs []func() error) error {
	var once sync.Once
	var wg sync.WaitGroup
	var first error
	for _, job := range jobs {
		wg.Add(1)
		go func() {
			defer wg.Done()
			if err := job(); err != nil {
				once.Do(func() { first = err })
			}
		}()
	}
	wg.Wait()
	return first
}

func OkEachHasItsOwn[T any](values []T, use func(T) int) []int {
	var wg sync.WaitGroup
	sums := make([]int, len(values))
	for i, v := range values {
		wg.Add(1)
		sum := 0
		go func() {
			defer wg.Done()
			sum = use(v)
			sums[i] = sum
		}()
	}
	wg.Wait()
	return sums
}

func OkJoinedByHelper(work func() int) int {
	result := 0
	var g lib.Group
	g.Start(func() { result = work() })
	g.Join()
	return result
}

func OkAtomic(jobs []func()) int64 {
	var done atomic.Int64
	var wg sync.WaitGroup
	for _, job := range jobs {
		wg.Add(1)
		go func() {
			defer wg.Done()
			job()
			done.Add(1)
		}()
	}
	wg.Wait()
	return done.Load()
}

func OkOneAfterTheOther(first, second func() error) error {
	var err error
	done := make(chan struct{})
	go func() {
		err = first()
		done <- struct{}{}
	}()
	<-done
	go func() {
		err = second()
		done <- struct{}{}
	}()
	<-done
	return err
}

func OkBefore(n int, use func(int)) {
	n++
	go func() {
		use(n)
	}()
}

func OkInterface(t task, stopped interface {
	Wait()
	Tell()
}) error {
	var err error
	go func() {
		err = t.Run()
		stopped.Tell()
	}()
	stopped.Wait()
	if t == nil {
		return err
	}
	return nil
}

// What another package starts is known from models only.
func FN_OtherPackage(first, second func() error) error {
	var err error
	var g lib.Group
	g.Start(func() { err = first() })
	g.Start(func() { err = second() })
	g.Join()
	return err
}

type counter struct{ n int }

func BadField(jobs []func()) int {
	var wg sync.WaitGroup
	var c counter
	for _, job := range jobs {
		wg.Add(1)
		go func() {
			defer wg.Done()
			job()
			c.n++ // want DR004 "c.n"
		}()
	}
	wg.Wait()
	return c.n
}
