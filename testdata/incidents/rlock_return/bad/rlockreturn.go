// Package rlockreturn has a read lock that is kept when nothing is found.
//
// want DL003
package rlockreturn

import "sync"

type T struct {
	mu sync.RWMutex
	m  map[string][]int
}

func NewT() *T { return &T{m: map[string][]int{}} }
func (t *T) First(k string) (int, bool) {
	t.mu.RLock()
	v, ok := t.m[k]
	if !ok || len(v) == 0 {
		return 0, false
	}
	t.mu.RUnlock()
	return v[0], true
}
