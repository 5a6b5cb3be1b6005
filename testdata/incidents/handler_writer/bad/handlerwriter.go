// Package handlerwriter has a response that is written after the handler has returned.
//
// want PN012
package handlerwriter

import (
	"fmt"
	"net/http"
	"time"
)

func slow() string { time.Sleep(time.Second); return "x" }
func H(w http.ResponseWriter, r *http.Request) {
	done := make(chan string, 1)
	go func() { s := slow(); fmt.Fprintln(w, s); done <- s }()
	select {
	case <-done:
	case <-time.After(time.Millisecond):
		http.Error(w, "timeout", 504)
	}
}
