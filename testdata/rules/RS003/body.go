// Package rs003 forgets to close bodies, and closes some.
package rs003

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"

	"example.com/rules/rs003/lib"
)

func BadNever(url string) (int, error) {
	resp, err := http.Get(url) // want RS003 "not closed on every path"
	if err != nil {
		return 0, err
	}
	return resp.StatusCode, nil
}

func BadStatus(client *http.Client, url string) ([]byte, error) {
	resp, err := client.Get(url) // want RS003 "not closed on every path"
	if err != nil {
		return nil, err
	}
	if resp.StatusCode != http.StatusOK {
		return nil, errors.New(resp.Status)
	}
	defer resp.Body.Close()
	return io.ReadAll(resp.Body)
}

func BadDecoded(req *http.Request, into any) error {
	resp, err := http.DefaultClient.Do(req) // want RS003 "not closed on every path"
	if err != nil {
		return fmt.Errorf("request: %w", err)
	}
	return json.NewDecoder(resp.Body).Decode(into)
}

func BadRead(url string) ([]byte, error) {
	resp, err := http.Get(url) // want RS003 "not closed on every path"
	if err != nil {
		return nil, err
	}
	return io.ReadAll(io.LimitReader(resp.Body, 100))
}

type service struct{ client http.Client }

func (s *service) BadField(url string) error {
	resp, err := s.client.Head(url) // want RS003 "not closed on every path"
	if err != nil {
		return err
	}
	if resp.StatusCode >= 400 {
		return errors.New(resp.Status)
	}
	return resp.Body.Close()
}

func BadLoop(urls []string) (codes []int) {
	for _, url := range urls {
		resp, err := http.Get(url) // want RS003 "not closed on every path"
		if err != nil {
			continue
		}
		codes = append(codes, resp.StatusCode)
	}
	return codes
}

func BadUnchecked(url string) ([]byte, error) {
	resp, err := http.Get(url)
	defer resp.Body.Close() // want RS003 "before the error is looked at"
	if err != nil {
		return nil, err
	}
	return io.ReadAll(resp.Body)
}

func BadClosure(url string) func() int {
	return func() int {
		resp, err := http.Get(url) // want RS003 "not closed on every path"
		if err == nil {
			return resp.StatusCode
		}
		return 0
	}
}

func OkDefer(url string) ([]byte, error) {
	resp, err := http.Get(url)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	return io.ReadAll(resp.Body)
}

func OkDeferredLiteral(url string) error {
	resp, err := http.Get(url)
	if err != nil {
		return err
	}
	defer func() {
		if err := resp.Body.Close(); err != nil {
			println(err.Error())
		}
	}()
	_, err = io.Copy(io.Discard, resp.Body)
	return err
}

func OkReturned(client *http.Client, req *http.Request) (*http.Response, error) {
	resp, err := client.Do(req)
	if err != nil {
		return nil, err
	}
	return resp, nil
}

func OkBodyReturned(url string) (io.ReadCloser, error) {
	resp, err := http.Get(url)
	if err != nil {
		return nil, err
	}
	return resp.Body, nil
}

func OkHandedOn(url string) error {
	resp, err := http.Get(url)
	if err != nil {
		return err
	}
	return drain(resp)
}

func drain(resp *http.Response) error {
	_, err := io.Copy(io.Discard, resp.Body)
	return errors.Join(err, resp.Body.Close())
}

func OkHelper(url string) error {
	resp, err := http.Get(url)
	if err != nil {
		return err
	}
	defer lib.Close(resp.Body)
	return nil
}

func OkOtherWayRound(url string) int {
	resp, err := http.Get(url)
	if err == nil {
		resp.Body.Close()
		return resp.StatusCode
	}
	return 0
}

func OkNilCheck(url string) {
	resp, _ := http.Get(url)
	if resp != nil {
		resp.Body.Close()
	}
}

type holder struct{ resp *http.Response }

func OkStored(h *holder, url string) (err error) {
	h.resp, err = http.Get(url)
	return err
}

func OkStruct(url string) (*holder, error) {
	resp, err := http.Get(url)
	if err != nil {
		return nil, err
	}
	return &holder{resp: resp}, nil
}

func OkLoop(urls []string) {
	for _, url := range urls {
		resp, err := http.Get(url)
		if err != nil {
			continue
		}
		resp.Body.Close()
	}
}

func OkCaptured(url string) (err error) {
	var resp *http.Response
	defer func() {
		if resp != nil {
			resp.Body.Close()
		}
	}()
	resp, err = http.Get(url)
	if err != nil {
		return err
	}
	_, err = io.ReadAll(resp.Body)
	return err
}

// FN_OwnFunction gets its response from a function that is not known.
func FN_OwnFunction(url string) int {
	resp, err := fetch(url)
	if err != nil {
		return 0
	}
	return resp.StatusCode
}

func fetch(url string) (*http.Response, error) { return http.Get(url) }

func OkErrorSeenByDefer(req *http.Request, again func() bool, release func()) (res *http.Response, err error) {
	defer func() {
		if err != nil {
			release()
		}
	}()
	resp, err := http.DefaultClient.Do(req)
	if again() && err == nil {
		resp.Body.Close()
		resp, err = http.DefaultClient.Do(req)
	}
	if err != nil {
		return nil, err
	}
	return resp, nil
}

func OkBodyIsNil(req *http.Request, again func(*http.Response) bool) (*http.Response, error) {
	for {
		resp, err := http.DefaultClient.Do(req)
		if !again(nil) {
			return resp, err
		}
		if resp != nil && resp.Body != nil {
			resp.Body.Close()
		}
	}
}
