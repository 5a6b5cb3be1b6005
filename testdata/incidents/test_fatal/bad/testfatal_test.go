// Package testfatal has a test that is failed from a goroutine.
//
// want DR010
package testfatal

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

func TestGet(t *testing.T) {
	s := httptest.NewServer(http.NotFoundHandler())
	defer s.Close()
	done := make(chan struct{})
	go func() {
		defer close(done)
		resp, err := http.Get(s.URL)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
	}()
	<-done
}
