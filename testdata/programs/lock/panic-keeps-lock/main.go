package main

import (
	"fmt"
	"io/ioutil"
	"log"
	"net"
	"net/http"
	"sync"
	"time"

	"fixtures.test/programs/internal/harness"
)

type rates struct {
	mu    sync.Mutex
	table map[string][]int
	calls int
}

func (r *rates) convert(from string, cents int) int {
	r.mu.Lock() // MARK: BUG
	r.calls++
	rate := r.table[from][0]
	r.mu.Unlock()
	return cents * rate / 100
}

func (r *rates) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	fmt.Fprintln(w, r.convert(req.URL.Query().Get("from"), 1000))
}

func get(client *http.Client, url string) {
	resp, err := client.Get(url)
	if err != nil {
		return
	}
	resp.Body.Close()
}

func main() {
	log.SetOutput(ioutil.Discard)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	r := &rates{table: map[string][]int{"eur": {100}, "usd": {92}}}
	go http.Serve(l, r)
	url := "http://" + l.Addr().String() + "/convert?from="
	client := &http.Client{Timeout: 200 * time.Millisecond}
	get(client, url+"eur")
	get(client, url+"gbp")
	harness.Every(10*time.Second, func() { get(client, url+"usd") })
	harness.Run()
}
