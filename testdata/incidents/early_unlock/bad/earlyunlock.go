// Package earlyunlock has an error path that keeps the lock.
//
// want DL003
package earlyunlock

import (
	"errors"
	"sync"
)

type Inv struct {
	mu    sync.Mutex
	stock map[string]int
}

func (i *Inv) Reserve(k string, n int) error {
	i.mu.Lock()
	if i.stock[k] < n {
		return errors.New("sold out")
	}
	i.stock[k] -= n
	i.mu.Unlock()
	return nil
}
