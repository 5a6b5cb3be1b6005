// Package timeoutsend has an answer that nobody reads after the timeout.
//
// want GL002
package timeoutsend

import (
	"context"
	"errors"
	"time"
)

type Result struct{ v string }

func query(q string) Result { time.Sleep(time.Second); return Result{q} }
func Ask(ctx context.Context, q string) (Result, error) {
	ch := make(chan Result)
	go func() { ch <- query(q) }()
	select {
	case r := <-ch:
		return r, nil
	case <-ctx.Done():
		return Result{}, ctx.Err()
	case <-time.After(time.Second):
		return Result{}, errors.New("timeout")
	}
}
