// Package pn009 recovers, and waits.
package pn009

import (
	"context"
	"database/sql"
	"fmt"
	"log"
	"net"
	"net/http"
	"os/exec"
	"strings"
	"sync"
	"time"

	"example.com/rules/pn009/lib"
)

func BadPost(work func()) {
	defer func() {
		if r := recover(); r != nil {
			http.Post("https://alerts.example.com", "text/plain", strings.NewReader(fmt.Sprint(r))) // want PN009 "this handler of panics waits for a response without a limit"
		}
	}()
	work()
}

type service struct {
	mu     sync.Mutex
	db     *sql.DB
	panics int
	do     func()
}

func (s *service) BadField() {
	defer func() {
		if r := recover(); r != nil {
			s.db.Exec("insert into panics values (?)", fmt.Sprint(r)) // want PN009 "waits for the database"
		}
	}()
	s.do()
}

func (s *service) BadLock() {
	defer func() {
		if r := recover(); r != nil {
			s.mu.Lock() // want PN009 "waits for a lock without a limit"
			s.panics++
			s.mu.Unlock()
		}
	}()
	s.mu.Lock()
	s.do()
	s.mu.Unlock()
}

func report(r any) {
	conn, err := net.Dial("tcp", "alerts.example.com:80") // want PN009 "waits for a connection"
	if err != nil {
		return
	}
	fmt.Fprintln(conn, r)
	conn.Close()
}

func BadHelper(work func()) {
	defer func() {
		r := recover()
		if r == nil {
			return
		}
		report(r)
	}()
	work()
}

func recovered() {
	if r := recover(); r != nil {
		if err := exec.Command("alert", fmt.Sprint(r)).Run(); err != nil { // want PN009 "waits for a command"
			log.Print(err)
		}
	}
}

func BadDeclared(work func()) {
	defer recovered()
	work()
}

func BadGoroutine(jobs <-chan func()) {
	go func() {
		for job := range jobs {
			func() {
				defer func() {
					if r := recover(); r != nil {
						http.DefaultClient.Get("https://alerts.example.com") // want PN009 "waits for a response"
					}
				}()
				job()
			}()
		}
	}()
}

type job interface{ Run() }

func BadInterface(mu *sync.Mutex, s *service, j job) {
	defer func() {
		if recover() != nil {
			s.mu.Lock() // want PN009 "waits for a lock"
			defer s.mu.Unlock()
			s.panics++
		}
	}()
	s.mu.Lock()
	j.Run()
	s.mu.Unlock()
}

func BadGeneric[T any](v T, use func(T)) {
	defer func() {
		if r := recover(); r != nil {
			http.Get("https://alerts.example.com/?" + fmt.Sprint(r)) // want PN009 "waits for a response"
		}
	}()
	use(v)
}

var alerts = &http.Client{Timeout: time.Second}

func OkTimeout(work func()) {
	defer func() {
		if r := recover(); r != nil {
			alerts.Get("https://alerts.example.com")
		}
	}()
	work()
}

func OkLogs(work func()) {
	defer func() {
		if r := recover(); r != nil {
			log.Print(r)
		}
	}()
	work()
}

func OkNotOnlyPanics(work func()) {
	defer func() {
		recover()
		http.Get("https://alerts.example.com/done")
	}()
	work()
}

func (s *service) OkUnlockedFirst() {
	defer func() {
		if r := recover(); r != nil {
			s.mu.Lock()
			s.panics++
			s.mu.Unlock()
		}
	}()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.do()
}

func (s *service) OkNotHeld() {
	defer func() {
		if r := recover(); r != nil {
			s.mu.Lock()
			s.panics++
			s.mu.Unlock()
		}
	}()
	s.do()
}

func OkContext(work func()) {
	defer func() {
		if r := recover(); r != nil {
			ctx, cancel := context.WithTimeout(context.Background(), time.Second)
			defer cancel()
			exec.CommandContext(ctx, "alert").Run()
		}
	}()
	work()
}

func OkResult(work func(), errs chan<- error) {
	defer func() {
		if r := recover(); r != nil {
			errs <- fmt.Errorf("panic: %v", r)
		}
	}()
	work()
}

func OkGoesOn[T any](v T, use func(T)) {
	defer func() {
		if r := recover(); r != nil {
			go report(r)
		}
	}()
	use(v)
}

func OkRepanics(work func()) {
	defer func() {
		if r := recover(); r != nil {
			panic(fmt.Sprint("again: ", r))
		}
	}()
	work()
}

// What another package does is not looked at.
func FN_OtherPackage(work func()) {
	defer func() {
		if r := recover(); r != nil {
			lib.Report(fmt.Sprint(r))
		}
	}()
	work()
}
