package dl012

import (
	"net/http"

	"example.com/rules/dl012/lib"
)

type api struct {
	queue struct{ in chan string }
	room  struct{ in chan string }
}

func newAPI() *api {
	a := &api{}
	a.queue.in = make(chan string)
	a.room.in = make(chan string, 4)
	return a
}

func (a *api) BadField(w http.ResponseWriter, r *http.Request) {
	a.queue.in <- r.URL.Path // want DL012 "this handler sends to `in`"
}

func (a *api) OkField(w http.ResponseWriter, r *http.Request) {
	select {
	case a.queue.in <- r.URL.Path:
	default:
		w.WriteHeader(http.StatusServiceUnavailable)
	}
}

// FN_Parameter is given the channel: who made it is not looked for.
func FN_Parameter(jobs chan string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		jobs <- r.URL.Path
	}
}

var unbuffered = FN_Parameter(make(chan string))

func OkParameter(jobs chan string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		select {
		case jobs <- r.URL.Path:
		case <-r.Context().Done():
		}
	}
}

// FN_OtherPackage sends to a channel of another package.
func FN_OtherPackage(w http.ResponseWriter, r *http.Request) {
	lib.Jobs <- r.URL.Path
}

func OkOtherPackage(w http.ResponseWriter, r *http.Request) {
	select {
	case lib.Jobs <- r.URL.Path:
	case <-r.Context().Done():
	}
}

type asInterface struct{ calls chan string }

func newHandler() http.Handler { return &asInterface{calls: make(chan string)} }

func (h *asInterface) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h.calls <- r.URL.Path // want DL012 "this handler sends to `calls`"
}

func BadInterface(mux *http.ServeMux) { mux.Handle("/", newHandler()) }

type patient struct{ calls chan string }

func (p *patient) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	select {
	case p.calls <- r.URL.Path:
	case <-r.Context().Done():
	}
}

func OkInterface(mux *http.ServeMux) { mux.Handle("/", &patient{calls: make(chan string)}) }

func OkClosure() http.HandlerFunc {
	queue := make(chan string)
	return func(w http.ResponseWriter, r *http.Request) {
		select {
		case queue <- r.URL.Path:
		case <-r.Context().Done():
		}
	}
}

func (s *store[T]) OkGeneric(w http.ResponseWriter, r *http.Request) {
	select {
	case <-s.values:
	case <-r.Context().Done():
	}
}
