// Package pn012 has handlers whose goroutines use what they were given for too long, and some whose goroutines do not.
package pn012

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"
)

func summary() string { return "all is well" }

func BadForgotten(w http.ResponseWriter, r *http.Request) {
	go func() {
		fmt.Fprintln(w, summary()) // want PN012 "uses the response"
	}()
}

func OkWaited(w http.ResponseWriter, r *http.Request) {
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		defer wg.Done()
		fmt.Fprintln(w, summary())
	}()
	wg.Wait()
}

func BadTimeout(w http.ResponseWriter, r *http.Request) {
	done := make(chan struct{})
	go func() {
		_, _ = w.Write([]byte(summary())) // want PN012 "uses the response"
		close(done)
	}()
	select {
	case <-done:
	case <-time.After(time.Second):
		http.Error(w, "too slow", http.StatusGatewayTimeout)
	}
}

func OkTimeout(w http.ResponseWriter, r *http.Request) {
	result := make(chan string, 1)
	go func() {
		result <- summary()
	}()
	select {
	case text := <-result:
		fmt.Fprintln(w, text)
	case <-time.After(time.Second):
		http.Error(w, "too slow", http.StatusGatewayTimeout)
	}
}

func BadBody(w http.ResponseWriter, r *http.Request) {
	go func() {
		data, err := io.ReadAll(r.Body) // want PN012 "the body of the request"
		if err == nil {
			store(data)
		}
	}()
	w.WriteHeader(http.StatusAccepted)
}

func OkBody(w http.ResponseWriter, r *http.Request) {
	data, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	go store(data)
	w.WriteHeader(http.StatusAccepted)
}

func store(data []byte) { fmt.Println(len(data)) }

type server struct {
	mu   sync.Mutex
	wg   sync.WaitGroup
	jobs chan job
	next http.Handler
}

type job struct {
	w    http.ResponseWriter
	body io.Reader
	done chan struct{}
}

func (s *server) answer(w http.ResponseWriter, what string) {
	if err := json.NewEncoder(w).Encode(what); err != nil { // want PN012 "uses the response"
		fmt.Println(err)
	}
}

func (s *server) BadMethod(w http.ResponseWriter, r *http.Request) {
	go s.answer(w, r.URL.Path)
}

func (s *server) answerNow(w http.ResponseWriter, what string) {
	if err := json.NewEncoder(w).Encode(what); err != nil {
		fmt.Println(err)
	}
}

func (s *server) OkMethod(w http.ResponseWriter, r *http.Request) {
	done := make(chan bool)
	go func() {
		s.answerNow(w, r.URL.Path)
		done <- true
	}()
	<-done
}

// BadMiddleware returns when the context is over, and the handler behind it may go on.
func (s *server) BadMiddleware() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), time.Second)
		defer cancel()
		done := make(chan struct{})
		go func() {
			defer close(done)
			s.next.ServeHTTP(w, r.WithContext(ctx)) // want PN012 "uses the response"
		}()
		select {
		case <-done:
		case <-ctx.Done():
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	})
}

func (s *server) OkMiddleware() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		done := make(chan struct{})
		go func() {
			defer close(done)
			s.next.ServeHTTP(w, r)
		}()
		select {
		case <-done:
		case <-r.Context().Done():
			<-done
		}
	})
}

// BadGroup counts where nobody waits.
func (s *server) BadGroup(w http.ResponseWriter, r *http.Request) {
	s.wg.Add(1)
	go func() {
		defer s.wg.Done()
		w.WriteHeader(http.StatusNoContent) // want PN012 "uses the response"
	}()
}

func (s *server) OkGroup(w http.ResponseWriter, r *http.Request) {
	s.wg.Add(1)
	go func() {
		defer s.wg.Done()
		w.WriteHeader(http.StatusNoContent)
	}()
	s.wg.Wait()
}

func (s *server) BadForm(w http.ResponseWriter, r *http.Request) {
	go func() {
		fmt.Println(r.FormValue("name")) // want PN012 "the body of the request"
	}()
}

func (s *server) OkForm(w http.ResponseWriter, r *http.Request) {
	name := r.FormValue("name")
	go func() {
		fmt.Println(name, r.URL.Path)
	}()
}

func (s *server) BadLiteral(mux *http.ServeMux) {
	mux.HandleFunc("/events", func(w http.ResponseWriter, r *http.Request) {
		ticker := time.NewTicker(time.Second)
		go func() {
			defer ticker.Stop()
			for range ticker.C {
				if _, err := io.WriteString(w, "ping\n"); err != nil { // want PN012 "uses the response"
					return
				}
			}
		}()
		<-r.Context().Done()
	})
}

func (s *server) OkLiteral(mux *http.ServeMux) {
	mux.HandleFunc("/events", func(w http.ResponseWriter, r *http.Request) {
		lines := make(chan string)
		go func() {
			defer close(lines)
			for i := 0; i < 3; i++ {
				lines <- summary()
			}
		}()
		for line := range lines {
			_, _ = io.WriteString(w, line)
		}
	})
}

// OkChecked writes under a lock, where it has been told whether it is too late.
func (s *server) OkChecked(w http.ResponseWriter, r *http.Request) {
	late := false
	go func() {
		text := summary()
		s.mu.Lock()
		defer s.mu.Unlock()
		if !late {
			fmt.Fprintln(w, text)
		}
	}()
	time.Sleep(time.Second)
	s.mu.Lock()
	late = true
	s.mu.Unlock()
}

func each[T any](items []T, do func(T)) {
	var wg sync.WaitGroup
	for _, item := range items {
		wg.Add(1)
		go func() {
			defer wg.Done()
			do(item)
		}()
	}
	wg.Wait()
}

func OkGeneric(w http.ResponseWriter, r *http.Request) {
	each([]int{1, 2}, func(n int) {
		fmt.Fprintln(w, n)
	})
}

func start[T any](item T, do func(T)) {
	go do(item)
}

func BadGeneric(w http.ResponseWriter, r *http.Request) {
	start("late", func(text string) {
		fmt.Fprintln(w, text) // want PN012 "uses the response"
	})
}

func (s *server) work() {
	for job := range s.jobs {
		_, _ = io.Copy(job.w, job.body)
		close(job.done)
	}
}

// OkWorker waits for the goroutine that has the writer.
func (s *server) OkWorker(w http.ResponseWriter, r *http.Request) {
	s.jobs = make(chan job)
	go s.work()
	one := job{w: w, body: r.Body, done: make(chan struct{})}
	s.jobs <- one
	<-one.done
}

type recorder struct {
	http.ResponseWriter
	status int
}

func (rec *recorder) WriteHeader(status int) {
	rec.status = status
	rec.ResponseWriter.WriteHeader(status) // want PN012 "uses the response"
}

func BadWrapped(w http.ResponseWriter, r *http.Request) {
	rec := &recorder{ResponseWriter: w}
	go rec.WriteHeader(http.StatusOK)
}

type quiet struct {
	http.ResponseWriter
	status int
}

func (rec *quiet) WriteHeader(status int) { rec.status = status }

func OkWrapped(w http.ResponseWriter, r *http.Request) {
	rec := &quiet{ResponseWriter: w}
	go rec.WriteHeader(http.StatusOK)
}

// FN_HandedOn hands a writer of its own on: what is in it is not looked into.
func (s *server) FN_HandedOn(w http.ResponseWriter, r *http.Request) {
	go s.next.ServeHTTP(&quiet{ResponseWriter: w}, r)
}
