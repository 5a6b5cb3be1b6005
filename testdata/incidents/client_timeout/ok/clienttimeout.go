// Package clienttimeout has a client that waits for answers for ever, as it should be.
package clienttimeout

import (
	"io"
	"net/http"
)

type Weather struct{ client *http.Client }

func New() *Weather { return &Weather{client: &http.Client{Timeout: 5e9}} }
func (w *Weather) Now(city string) ([]byte, error) {
	resp, err := w.client.Get("https://api.example.com/" + city)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	return io.ReadAll(resp.Body)
}
