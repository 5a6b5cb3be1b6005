// Package atomicsmixed has a counter that is read without atomics.
//
// missed
package atomicsmixed

import (
	"fmt"
	"net/http"
	"sync/atomic"
)

type Stats struct{ hits int64 }

func (s *Stats) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	atomic.AddInt64(&s.hits, 1)
	fmt.Fprintln(w, s.hits)
}
