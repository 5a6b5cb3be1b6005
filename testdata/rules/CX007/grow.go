// Package cx007 derives contexts in loops.
package cx007

import (
	"context"
	"net/http"
	"time"

	"example.com/rules/cx007/derive"
)

type userKey struct{}

type jobKey string

const currentJob jobKey = "job"

func BadChannel(ctx context.Context, jobs <-chan string, run func(context.Context)) {
	for job := range jobs {
		ctx = context.WithValue(ctx, userKey{}, job) // want CX007 "derived from itself in each round of the loop"
		run(ctx)
	}
}

func BadForever(ctx context.Context, next func() string, run func(context.Context)) {
	for {
		job := next()
		ctx = context.WithValue(ctx, currentJob, job) // want CX007 "derived from itself"
		run(ctx)
	}
}

func BadTimeout(ctx context.Context, urls []string, fetch func(context.Context, string) error) {
	for _, url := range urls {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, time.Second) // want CX007 "derived from itself"
		fetch(ctx, url)
		cancel()
	}
}

func BadFixedKeyInSlice(ctx context.Context, users []string, run func(context.Context)) {
	for _, user := range users {
		ctx = context.WithValue(ctx, userKey{}, user) // want CX007 "derived from itself"
		run(ctx)
	}
}

type worker struct {
	ctx  context.Context
	jobs chan string
}

func (w *worker) BadField(run func(context.Context)) {
	for job := range w.jobs {
		w.ctx = context.WithValue(w.ctx, userKey{}, job) // want CX007 "derived from itself in each round of the loop"
		run(w.ctx)
	}
}

func (w *worker) BadHandler(rw http.ResponseWriter, r *http.Request) {
	w.ctx = context.WithValue(w.ctx, userKey{}, r.RemoteAddr) // want CX007 "derived from itself with each request"
	rw.WriteHeader(http.StatusOK)
}

func BadCapturedByHandler(ctx context.Context, run func(context.Context)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		ctx = context.WithValue(ctx, userKey{}, r.RemoteAddr) // want CX007 "derived from itself with each request"
		run(ctx)
	}
}

func withJob(ctx context.Context, job string) context.Context {
	return context.WithValue(ctx, currentJob, job)
}

func BadOwnHelper(ctx context.Context, jobs <-chan string, run func(context.Context)) {
	for job := range jobs {
		ctx = withJob(ctx, job) // want CX007 "derived from itself"
		run(ctx)
	}
}

func BadGoroutine(parent context.Context, jobs <-chan string, run func(context.Context)) {
	go func() {
		ctx, cancel := context.WithCancel(parent)
		defer cancel()
		for job := range jobs {
			ctx = context.WithValue(ctx, currentJob, job) // want CX007 "derived from itself"
			run(ctx)
		}
	}()
}

func BadGeneric[T any](ctx context.Context, items <-chan T, run func(context.Context)) {
	for item := range items {
		ctx = context.WithValue(ctx, userKey{}, item) // want CX007 "derived from itself"
		run(ctx)
	}
}

func OkNewVariable(ctx context.Context, jobs <-chan string, run func(context.Context)) {
	for job := range jobs {
		ctx := context.WithValue(ctx, userKey{}, job)
		run(ctx)
	}
}

func OkOtherVariable(ctx context.Context, jobs <-chan string, run func(context.Context)) {
	var child context.Context
	for job := range jobs {
		child = context.WithValue(ctx, userKey{}, job)
		run(child)
	}
}

func OkBuildsOne(ctx context.Context, values map[string]string) context.Context {
	for key, value := range values {
		ctx = context.WithValue(ctx, jobKey(key), value)
	}
	return ctx
}

func OkBeginsAnew(base context.Context, jobs <-chan string, run func(context.Context)) {
	var ctx context.Context
	for job := range jobs {
		ctx = base
		ctx = context.WithValue(ctx, userKey{}, job)
		ctx = context.WithValue(ctx, currentJob, job)
		run(ctx)
	}
}

func OkOnce(ctx context.Context, users []string, is func(string) bool) context.Context {
	for _, user := range users {
		if is(user) {
			ctx = context.WithValue(ctx, userKey{}, user)
			break
		}
	}
	return ctx
}

func OkBeforeLoop(ctx context.Context, jobs <-chan string, run func(context.Context, string)) {
	ctx = context.WithValue(ctx, userKey{}, "worker")
	for job := range jobs {
		run(ctx, job)
	}
}

func OkHandlerDerivesRequest(run func(context.Context)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		ctx := r.Context()
		ctx = context.WithValue(ctx, userKey{}, r.RemoteAddr)
		ctx, cancel := context.WithTimeout(ctx, time.Second)
		defer cancel()
		run(ctx)
	}
}

func OkMiddleware(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r = r.WithContext(derive.WithUser(r.Context(), "nobody"))
		next.ServeHTTP(w, r)
	})
}

func NewWorker(ctx context.Context) *worker {
	w := &worker{ctx: ctx, jobs: make(chan string)}
	w.ctx = context.WithValue(w.ctx, userKey{}, "worker")
	return w
}

// FN_OtherPackage gets its context from another package, whose body is not looked into.
func FN_OtherPackage(ctx context.Context, jobs <-chan string, run func(context.Context)) {
	for job := range jobs {
		ctx = derive.WithUser(ctx, job)
		run(ctx)
	}
}
