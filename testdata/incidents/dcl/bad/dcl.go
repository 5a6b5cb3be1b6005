// Package dcl has a singleton that is looked at without its lock.
//
// want DR009
package dcl

import "sync"

type Conn struct{}

var (
	mu   sync.Mutex
	inst *Conn
)

func Get() *Conn {
	if inst == nil {
		mu.Lock()
		defer mu.Unlock()
		if inst == nil {
			inst = &Conn{}
		}
	}
	return inst
}
