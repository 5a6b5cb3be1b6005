// Package helper is given responses.
package helper

import (
	"io"
	"net/http"
)

// Status only looks.
func Status(resp *http.Response) int { return resp.StatusCode }

// Read reads and leaves the rest to the caller.
func Read(resp *http.Response) ([]byte, error) { return io.ReadAll(resp.Body) }

// Drain reads and closes.
func Drain(resp *http.Response) error {
	_, err := io.Copy(io.Discard, resp.Body)
	if e := resp.Body.Close(); err == nil {
		err = e
	}
	return err
}

// First reads a byte of a body.
func First(body io.ReadCloser) byte {
	buffer := make([]byte, 1)
	_, _ = body.Read(buffer)
	return buffer[0]
}
