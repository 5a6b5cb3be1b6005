// Package dl012 has handlers that wait at channels, and some that do not.
package dl012

import (
	"net/http"
	"time"
)

type server struct {
	jobs    chan string
	results chan string
	buffer  chan string
	unknown chan string
}

func newServer(given chan string) *server {
	return &server{
		jobs:    make(chan string),
		results: make(chan string),
		buffer:  make(chan string, 8),
		unknown: given,
	}
}

func (s *server) BadSend(w http.ResponseWriter, r *http.Request) {
	s.jobs <- r.URL.Path // want DL012 "this handler sends to `jobs`"
}

func (s *server) BadReceive(w http.ResponseWriter, r *http.Request) {
	_, _ = w.Write([]byte(<-s.results)) // want DL012 "this handler receives from `results`"
}

var events = make(chan string)

func BadGlobal(w http.ResponseWriter, r *http.Request) {
	events <- r.URL.Path // want DL012 "this handler sends to `events`"
}

func BadLiteral(mux *http.ServeMux) {
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		events <- "request" // want DL012 "this handler sends to `events`"
	})
}

func BadCaptured() http.HandlerFunc {
	queue := make(chan string)
	go func() {
		for range queue {
		}
	}()
	return func(w http.ResponseWriter, r *http.Request) {
		queue <- r.URL.Path // want DL012 "this handler sends to `queue`"
	}
}

type store[T any] struct{ values chan T }

func newStore[T any]() *store[T] {
	s := &store[T]{}
	s.values = make(chan T)
	return s
}

func (s *store[T]) BadGeneric(w http.ResponseWriter, r *http.Request) {
	<-s.values // want DL012 "this handler receives from `values`"
}

func (s *server) OkSelect(w http.ResponseWriter, r *http.Request) {
	select {
	case s.jobs <- r.URL.Path:
	case <-r.Context().Done():
	}
}

func (s *server) OkBuffered(w http.ResponseWriter, r *http.Request) {
	s.buffer <- r.URL.Path
}

func (s *server) OkUnknown(w http.ResponseWriter, r *http.Request) {
	s.unknown <- r.URL.Path
}

func (s *server) OkNoHandler(path string) {
	s.jobs <- path
}

func OkOwnChannel(w http.ResponseWriter, r *http.Request) {
	done := make(chan string)
	go func() { done <- r.URL.Path }()
	<-done
}

func OkTimer(w http.ResponseWriter, r *http.Request) {
	<-time.After(time.Millisecond)
}

func OkContext(w http.ResponseWriter, r *http.Request) {
	<-r.Context().Done()
}

// FN_Called waits in a function that the handler calls.
func (s *server) FN_Called(w http.ResponseWriter, r *http.Request) {
	s.OkNoHandler(r.URL.Path)
}
