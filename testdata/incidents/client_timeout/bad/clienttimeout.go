// Package clienttimeout has a client that waits for answers for ever.
//
// want RS001
package clienttimeout

import (
	"io"
	"net/http"
)

type Weather struct{ client *http.Client }

func New() *Weather { return &Weather{client: &http.Client{}} }
func (w *Weather) Now(city string) ([]byte, error) {
	resp, err := w.client.Get("https://api.example.com/" + city)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	return io.ReadAll(resp.Body)
}
