package rs003

import "net/http"

type doer interface {
	Do(*http.Request) (*http.Response, error)
}

// FN_Interface asks an interface, which may close the body itself.
func FN_Interface(d doer, req *http.Request) int {
	resp, err := d.Do(req)
	if err != nil {
		return 0
	}
	return resp.StatusCode
}

func BadGeneric[T any](client *http.Client, url string, read func(*http.Response) T) int {
	resp, err := client.Get(url) // want RS003 "the body of this response is not closed on every path"
	if err != nil {
		return 0
	}
	return resp.StatusCode
}

func OkInterface(d doer, req *http.Request) int {
	resp, err := d.Do(req)
	if err != nil {
		return 0
	}
	defer resp.Body.Close()
	return resp.StatusCode
}
