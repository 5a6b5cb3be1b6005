package main

import (
	"io/ioutil"
	"log"
	"net"
	"net/http"
	"strconv"
	"sync"
	"time"

	"fixtures.test/programs/internal/harness"
)

type catalogue struct {
	mu     sync.RWMutex
	cents  map[string]int
	events chan string
}

func (c *catalogue) price(sku string) int {
	c.mu.RLock() // MARK: READ
	defer c.mu.RUnlock()
	return c.cents[sku]
}

func (c *catalogue) export() {
	c.mu.RLock()
	defer c.mu.RUnlock()
	for sku := range c.cents {
		c.events <- sku
	}
}

func (c *catalogue) refresh(cents map[string]int) {
	c.mu.Lock() // MARK: WRITE
	defer c.mu.Unlock()
	c.cents = cents
}

func (c *catalogue) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Write(strconv.AppendInt(nil, int64(c.price(r.URL.Path)), 10))
}

func main() {
	log.SetOutput(ioutil.Discard)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	c := &catalogue{cents: map[string]int{"/a": 1, "/b": 2, "/c": 3}, events: make(chan string, 2)}
	go http.Serve(l, c)
	go c.export()
	time.Sleep(100 * time.Millisecond)
	go c.refresh(map[string]int{"/a": 2})
	time.Sleep(100 * time.Millisecond)
	client := &http.Client{Timeout: 100 * time.Millisecond}
	harness.Every(10*time.Second, func() {
		if resp, err := client.Get("http://" + l.Addr().String() + "/a"); err == nil {
			resp.Body.Close()
		}
	})
	harness.Run()
}
