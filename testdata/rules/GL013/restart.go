// Package gl013 has functions that start themselves again.
package gl013

import (
	"context"
	"errors"
	"log"
	"sync"
	"time"
)

func BadDeferred(jobs chan func()) {
	defer func() {
		if r := recover(); r != nil {
			log.Print("restarting: ", r)
			go BadDeferred(jobs) // want GL013 "starts BadDeferred again after each panic"
		}
	}()
	for job := range jobs {
		job()
	}
}

type worker struct {
	jobs   chan func()
	closed bool
	ctx    context.Context
}

func (w *worker) BadMethod() {
	defer func() {
		if err := recover(); err != nil {
			log.Println(err)
			if !w.closed {
				go w.BadMethod() // want GL013 "without a bound or a pause"
			}
		}
	}()
	for job := range w.jobs {
		job()
	}
}

func (w *worker) BadRecursion() {
	defer func() {
		if recover() != nil {
			w.BadRecursion() // want GL013 "again after each panic"
		}
	}()
	(<-w.jobs)()
}

func (w *worker) BadStart() {
	go w.loop()
}

func (w *worker) loop() {
	defer w.restart()
	for job := range w.jobs {
		job()
	}
}

func (w *worker) restart() {
	if r := recover(); r != nil {
		log.Print(r)
		w.BadStart() // want GL013 "starts \(\*worker\).loop again"
	}
}

func BadLiteral(jobs chan func()) {
	go func() {
		defer func() {
			if r := recover(); r != nil {
				BadLiteral(jobs) // want GL013 "starts the goroutine again"
			}
		}()
		for job := range jobs {
			job()
		}
	}()
}

func again(name string, f func()) {
	if r := recover(); r != nil {
		log.Print(name, r)
		go f() // want GL013 "again after each panic"
	}
}

func BadHandlerWithFunction() {
	defer again("poll", BadHandlerWithFunction)
	poll()
}

func poll() {}

func BadProtect(f func()) {
	defer func() {
		if r := recover(); r != nil {
			go BadProtect(f) // want GL013 "again after each panic"
		}
	}()
	f()
}

func protect(f func()) {
	defer func() {
		if r := recover(); r != nil {
			log.Print(r)
		}
	}()
	f()
}

func BadBehind(f func()) {
	protect(f)
	go BadBehind(f) // want GL013 "again after each panic"
}

func BadVariable(jobs chan func()) {
	var run func()
	run = func() {
		defer func() {
			if r := recover(); r != nil {
				go run() // want GL013 "again after each panic"
			}
		}()
		for job := range jobs {
			job()
		}
	}
	go run()
}

func (w *worker) BadContext(ctx context.Context) {
	defer func() {
		if r := recover(); r != nil {
			if ctx.Err() == nil {
				go w.BadContext(ctx) // want GL013 "again after each panic"
			}
		}
	}()
	(<-w.jobs)()
}

func BadInGoroutine(jobs chan func()) {
	defer func() {
		if r := recover(); r != nil {
			go func() { // want GL013 "again after each panic"
				BadInGoroutine(jobs)
			}()
		}
	}()
	(<-jobs)()
}

func OkBound(jobs chan func(), attempt int) {
	defer func() {
		if r := recover(); r != nil && attempt < 5 {
			go OkBound(jobs, attempt+1)
		}
	}()
	for job := range jobs {
		job()
	}
}

func OkSleep(jobs chan func()) {
	defer func() {
		if r := recover(); r != nil {
			time.Sleep(time.Second)
			go OkSleep(jobs)
		}
	}()
	for job := range jobs {
		job()
	}
}

func (w *worker) OkSelect() {
	defer func() {
		if r := recover(); r != nil {
			select {
			case <-w.ctx.Done():
				return
			case <-time.After(time.Second):
			}
			go w.OkSelect()
		}
	}()
	(<-w.jobs)()
}

func OkAfterFunc(jobs chan func()) {
	defer func() {
		if r := recover(); r != nil {
			time.AfterFunc(time.Second, func() { OkAfterFunc(jobs) })
		}
	}()
	(<-jobs)()
}

type limiter struct {
	mu   sync.Mutex
	left int
}

func (l *limiter) allow() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.left--
	return l.left >= 0
}

func OkLimiter(l *limiter, jobs chan func()) {
	defer func() {
		if r := recover(); r != nil && l.allow() {
			go OkLimiter(l, jobs)
		}
	}()
	(<-jobs)()
}

func OkLogs(jobs chan func()) {
	defer func() {
		if r := recover(); r != nil {
			log.Print(r)
		}
	}()
	(<-jobs)()
}

func OkBackoffHelper(jobs chan func()) {
	defer func() {
		if r := recover(); r != nil {
			pause()
			go OkBackoffHelper(jobs)
		}
	}()
	(<-jobs)()
}

func pause() {
	<-time.After(time.Second)
}

// OkNoRecover starts the next one when it has ended, panic or not.
func OkNoRecover(jobs chan func()) {
	job, ok := <-jobs
	if !ok {
		return
	}
	job()
	go OkNoRecover(jobs)
}

func OkCount(w *worker) (err error) {
	attempts := 0
	var run func()
	run = func() {
		defer func() {
			if r := recover(); r != nil {
				attempts++
				if attempts == 3 {
					err = errors.New("gave up")
					return
				}
				run()
			}
		}()
		(<-w.jobs)()
	}
	run()
	return err
}

// FN_Supervisor calls what recovers in a loop.
func FN_Supervisor(f func()) {
	for {
		protect(f)
	}
}
