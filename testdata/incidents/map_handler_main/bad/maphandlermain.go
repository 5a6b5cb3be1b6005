// Package maphandlermain has a map that handlers of requests share.
//
// want DR001
package maphandlermain

import (
	"net/http"
	"sync"
)

type Hits struct {
	mu sync.Mutex
	n  map[string]int
}

func (h *Hits) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h.n[r.URL.Path]++
	w.WriteHeader(204)
}
func Main() error {
	h := &Hits{n: map[string]int{}}
	mux := http.NewServeMux()
	mux.Handle("/", h)
	s := &http.Server{Addr: ":1", Handler: mux, ReadHeaderTimeout: 1e9}
	return s.ListenAndServe()
}
