// Package pn005 has what PN005 finds (unlock-of-unlocked), and what it does not.
package pn005

import "sync"

func BadUnlockTwice(empty bool) {
	var mu sync.Mutex
	go func() {
		mu.Lock()
		defer mu.Unlock() // want PN005 "ends the process"
		if empty {
			mu.Unlock()
		}
	}()
}

func OkUnlockOnce(f func() bool) {
	var mu sync.Mutex
	go func() {
		mu.Lock()
		if f() {
			mu.Unlock()
			return
		}
		mu.Unlock()
	}()
}
