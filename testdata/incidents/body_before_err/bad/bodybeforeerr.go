// Package bodybeforeerr has a body that is closed before the error is looked at.
//
// want RS003
package bodybeforeerr

import (
	"io"
	"net/http"
	"time"
)

var client = &http.Client{Timeout: time.Second}

func Get(u string) ([]byte, error) {
	resp, err := client.Get(u)
	defer resp.Body.Close()
	if err != nil {
		return nil, err
	}
	return io.ReadAll(resp.Body)
}
