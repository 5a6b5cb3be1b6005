// Package bodybeforeerr has a body that is closed before the error is looked at, as it should be.
package bodybeforeerr

import (
	"io"
	"net/http"
	"time"
)

var client = &http.Client{Timeout: time.Second}

func Get(u string) ([]byte, error) {
	resp, err := client.Get(u)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	return io.ReadAll(resp.Body)
}
