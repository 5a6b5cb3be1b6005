package main

import (
	"log"
	"net"
	"net/http"
	"strings"
	"time"

	"fixtures.test/programs/internal/harness"
)

type webhook struct {
	client *http.Client
	url    string
}

func (h *webhook) post(body string) error {
	resp, err := h.client.Post(h.url, "application/json", strings.NewReader(body))
	if err != nil {
		return err
	}
	return resp.Body.Close()
}

func (h *webhook) deliver(body string) {
	for backoff := 50 * time.Millisecond; ; backoff *= 2 {
		if err := h.post(body); err == nil {
			return
		}
		if backoff > time.Minute {
			backoff = time.Minute
		}
		time.Sleep(backoff) // MARK: BUG
	}
}

func main() {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	url := "http://" + l.Addr().String() + "/hook"
	l.Close()
	h := &webhook{client: &http.Client{Timeout: time.Second}, url: url}
	harness.Every(10*time.Second, func() { go h.deliver(`{"order":17}`) })
	harness.Run()
}
