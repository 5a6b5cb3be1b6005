// Package rs001 makes requests that can wait for ever.
package rs001

import (
	"net/http"
	"net/url"
	"strings"
	"time"
)

func BadGet(u string) (*http.Response, error) {
	return http.Get(u) // want RS001 "this request through http.Get can wait for ever"
}

func BadPost(u string) (*http.Response, error) {
	return http.Post(u, "text/plain", strings.NewReader("x")) // want RS001 "through http.Post"
}

func BadForm(u string, form url.Values) (*http.Response, error) {
	return http.PostForm(u, form) // want RS001 "through http.PostForm"
}

func BadDefault(req *http.Request) (*http.Response, error) {
	return http.DefaultClient.Do(req) // want RS001 "through http.DefaultClient"
}

func BadLiteral() *http.Client {
	return &http.Client{} // want RS001 "requests of this client can wait for ever"
}

type api struct{ client *http.Client }

func BadField() *api {
	return &api{client: &http.Client{Jar: nil}} // want RS001 "requests of this client"
}

func BadGoroutine(u string) {
	go func() {
		_, _ = http.Head(u) // want RS001 "through http.Head"
	}()
}

func OkTimeout() *http.Client {
	return &http.Client{Timeout: time.Second}
}

func OkTransport(t http.RoundTripper) *http.Client {
	return &http.Client{Transport: t}
}

func OkGiven(client *http.Client, u string) (*http.Response, error) {
	return client.Get(u)
}

func OkMethod(a *api, req *http.Request) (*http.Response, error) {
	return a.client.Do(req)
}

type fake struct{}

func (fake) Get(string) (*http.Response, error) { return nil, nil }

func OkOtherGet(f fake, u string) (*http.Response, error) { return f.Get(u) }

func OkRequest(u string) (*http.Request, error) {
	return http.NewRequest(http.MethodGet, u, nil)
}
