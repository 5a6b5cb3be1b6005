package rs001

import (
	"net/http"
	"testing"
)

// OkTest talks to a server of its own.
func OkTest(t *testing.T, u string) {
	if _, err := http.Get(u); err != nil {
		t.Fatal(err)
	}
}
