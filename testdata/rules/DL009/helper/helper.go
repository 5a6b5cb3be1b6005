// Package helper has a queue that others wait for.
package helper

import "sync"

// Queue tells with Cond that Len has changed.
type Queue struct {
	Cond *sync.Cond
	Len  int
}
