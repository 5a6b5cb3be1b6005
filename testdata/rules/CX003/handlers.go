// Package cx003 starts goroutines in handlers.
package cx003

import (
	"context"
	"net/http"
	"sync"
	"time"
)

func audit(ctx context.Context, path string) error {
	<-ctx.Done()
	return ctx.Err()
}

func BadDirect(w http.ResponseWriter, r *http.Request) {
	go func() {
		_ = audit(r.Context(), r.URL.Path) // want CX003 "the request's context ends when the handler returns"
	}()
}

func BadVariable(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	go func() {
		_ = audit(ctx, r.URL.Path) // want CX003 "the request's context ends"
	}()
	w.WriteHeader(http.StatusAccepted)
}

func BadDerived(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), time.Minute)
	go func() {
		defer cancel()
		_ = audit(ctx, r.URL.Path) // want CX003 "the request's context ends"
	}()
}

func BadCall(w http.ResponseWriter, r *http.Request) {
	go audit(r.Context(), r.URL.Path) // want CX003 "the request's context ends"
}

type server struct{ name string }

func (s *server) BadMethod(w http.ResponseWriter, r *http.Request) {
	go s.log(r.Context()) // want CX003 "the request's context ends"
}

func (s *server) log(ctx context.Context) { <-ctx.Done() }

func BadLiteral(mux *http.ServeMux) {
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		go func() {
			_ = audit(r.Context(), "x") // want CX003 "the request's context ends"
		}()
	})
}

func BadMiddle(next http.Handler, w http.ResponseWriter, r *http.Request) {
	go audit(r.Context(), "x") // want CX003 "the request's context ends"
	next.ServeHTTP(w, r)
}

func OkWithout(w http.ResponseWriter, r *http.Request) {
	ctx := context.WithoutCancel(r.Context())
	go func() {
		_ = audit(ctx, "x")
	}()
}

func OkWithoutInside(w http.ResponseWriter, r *http.Request) {
	go func() {
		_ = audit(context.WithoutCancel(r.Context()), "x")
	}()
}

func OkWaits(w http.ResponseWriter, r *http.Request) {
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		defer wg.Done()
		_ = audit(r.Context(), "x")
	}()
	wg.Wait()
}

func OkReceives(w http.ResponseWriter, r *http.Request) {
	done := make(chan error, 1)
	go func() { done <- audit(r.Context(), "x") }()
	<-done
}

func OkSelects(w http.ResponseWriter, r *http.Request) {
	done := make(chan error, 1)
	go func() { done <- audit(r.Context(), "x") }()
	select {
	case <-done:
	case <-time.After(time.Second):
	}
}

func OkOnlyDone(w http.ResponseWriter, r *http.Request) {
	go func() {
		<-r.Context().Done()
		println("client gone")
	}()
}

func OkNoHandler(r *http.Request) {
	go func() {
		_ = audit(r.Context(), "x")
	}()
}

func OkBackground(w http.ResponseWriter, r *http.Request) {
	go func() {
		_ = audit(context.Background(), "x")
	}()
}
