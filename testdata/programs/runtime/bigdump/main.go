// Bigdump fills a process with goroutines that are blocked in the ways a busy
// warehouse service knows, and writes all their stacks to a file, as
// debug=2 does but without its limit of 64 MiB.
//
//	bigdump -goroutines 1000000 -age 75s -out big.txt
//
// With -age, half of the goroutines are old enough when the dump is taken
// that their headers show how long they have waited.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"runtime"
	"sync"
	"time"
)

// waitersPerLock bounds the queue of one lock, so that queues look like those
// of a real service: many of them, each of some hundred goroutines.
const waitersPerLock = 400

// maxSockets bounds goroutines in "IO wait": each needs two file descriptors.
const maxSockets = 3000

// warehouse owns everything the goroutines block on. Nothing here is ever
// released: the process exists to be dumped.
type warehouse struct {
	ctx     context.Context
	jobs    chan int
	slots   chan struct{}
	nothing chan int // never made

	shelf *shelf

	started int
	sockets []net.Conn
}

// shelf is one lock with its queue of waiters.
type shelf struct {
	mu    sync.Mutex
	stock sync.RWMutex
	items map[string]int
	ready *sync.Cond
	moved sync.WaitGroup
}

func newShelf() *shelf {
	s := &shelf{items: map[string]int{"bolt": 4, "nut": 2}}
	s.ready = sync.NewCond(&sync.Mutex{})
	s.moved.Add(1)
	s.mu.Lock()
	s.stock.RLock()
	go s.refill("nut", 1)
	time.Sleep(time.Millisecond) // once the writer waits, readers queue behind it
	return s
}

// kinds are the ways to block, and how many of 100 goroutines take each.
var kinds = []struct {
	share int
	start func(w *warehouse, id int)
}{
	{22, func(w *warehouse, id int) { go w.fetchQuote(id, make(chan string)) }},
	{16, func(w *warehouse, id int) { go w.worker(id) }},
	{12, func(w *warehouse, id int) { go w.watch(w.ctx, make(chan int)) }},
	{10, func(w *warehouse, id int) { go w.shelf.take("bolt", id) }},
	{6, func(w *warehouse, id int) { go w.shelf.count("nut") }},
	{3, func(w *warehouse, id int) { go w.shelf.refill("nut", id) }},
	{6, func(w *warehouse, id int) { s := w.shelf; go func() { s.moved.Wait() }() }},
	{5, func(w *warehouse, id int) { go w.shelf.awaitReady() }},
	{5, func(w *warehouse, id int) { go poll(time.Hour + time.Duration(id)) }},
	{4, func(w *warehouse, id int) { go handle(w, id) }},
	{4, func(w *warehouse, id int) { go w.limited(func() int { return id }) }},
	{3, func(w *warehouse, id int) { go w.drain(w.nothing) }},
	{2, func(w *warehouse, id int) { go descend(&node{id: id}, id%90) }},
	{1, func(w *warehouse, id int) { go w.read(id) }},
	{1, func(w *warehouse, id int) { go idle() }},
}

// fetchQuote blocks for ever: whoever wanted the quote has gone.
func (w *warehouse) fetchQuote(id int, result chan<- string) {
	price := 100 + id%17
	result <- fmt.Sprintf("%d EUR", price)
}

func (w *warehouse) worker(id int) {
	for job := range w.jobs {
		w.pack(id, job)
	}
}

func (w *warehouse) pack(worker, job int) { fmt.Println(worker, job) }

func (w *warehouse) watch(ctx context.Context, updates <-chan int) {
	for {
		select {
		case n := <-updates:
			fmt.Println("update", n)
		case <-ctx.Done():
			return
		}
	}
}

func (s *shelf) take(item string, n int) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.items[item] < n {
		return false
	}
	s.items[item] -= n
	return true
}

func (s *shelf) count(item string) int {
	s.stock.RLock()
	defer s.stock.RUnlock()
	return s.items[item]
}

func (s *shelf) refill(item string, n int) {
	s.stock.Lock()
	s.items[item] += n
	s.stock.Unlock()
}

func (s *shelf) awaitReady() {
	s.ready.L.Lock()
	for s.items != nil {
		s.ready.Wait()
	}
	s.ready.L.Unlock()
}

func poll(every time.Duration) {
	for {
		time.Sleep(every)
		fmt.Println("polled")
	}
}

// handle is a request whose handler waits for a slot: the stack holds the
// router of net/http.
func handle(w *warehouse, id int) {
	mux := http.NewServeMux()
	mux.HandleFunc("/ship", w.ship)
	req, err := http.NewRequest("POST", "/ship", nil)
	if err != nil {
		log.Fatal(err)
	}
	mux.ServeHTTP(discard{}, req.WithContext(w.ctx))
}

func (w *warehouse) ship(rw http.ResponseWriter, r *http.Request) {
	w.reserve(r.Context())
	rw.WriteHeader(http.StatusNoContent)
}

func (w *warehouse) reserve(ctx context.Context) {
	w.slots <- struct{}{}
}

type discard struct{}

func (discard) Header() http.Header         { return http.Header{} }
func (discard) Write(b []byte) (int, error) { return len(b), nil }
func (discard) WriteHeader(int)             {}

func (w *warehouse) limited(work func() int) {
	w.slots <- struct{}{}
	defer func() { <-w.slots }()
	work()
}

func (w *warehouse) drain(returns <-chan int) {
	for n := range returns {
		fmt.Println("returned", n)
	}
}

// node makes stacks of many depths, some beyond the 100 frames a dump shows.
type node struct{ id int }

func descend(n *node, depth int) int {
	if depth <= 0 {
		select {}
	}
	return n.step(depth-1) + 1
}

func (n *node) step(depth int) int { return descend(n, depth) + n.id }

func (w *warehouse) read(id int) {
	buf := make([]byte, 64)
	if _, err := w.sockets[id%len(w.sockets)].Read(buf); err != nil {
		log.Println(err)
	}
}

func idle() { select {} }

// openSockets connects n clients to a listener that never writes.
func (w *warehouse) openSockets(n int) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	defer ln.Close()
	for i := 0; i < n; i++ {
		c, err := net.Dial("tcp", ln.Addr().String())
		if err != nil {
			log.Fatal(err)
		}
		s, err := ln.Accept()
		if err != nil {
			log.Fatal(err)
		}
		w.sockets = append(w.sockets, c, s)
	}
}

// start brings the number of goroutines to total, kinds mixed evenly.
func (w *warehouse) start(total int) {
	var mix []int
	for round := 0; round < 100; round++ {
		for k, kind := range kinds {
			if (round*37+k*11)%100 < kind.share {
				mix = append(mix, k)
			}
		}
	}
	for ; w.started < total; w.started++ {
		if w.started%(waitersPerLock*6) == 0 {
			w.shelf = newShelf()
			w.started++
		}
		kinds[mix[w.started%len(mix)]].start(w, w.started)
	}
}

func main() {
	total := flag.Int("goroutines", 10000, "how many goroutines to start")
	age := flag.Duration("age", 0, "how long the older half waits before the dump")
	out := flag.String("out", "-", "file to write, - for standard output")
	flag.Parse()

	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	w := &warehouse{ctx: ctx, jobs: make(chan int), slots: make(chan struct{})}
	w.openSockets(min(*total/100+1, maxSockets))

	w.start(*total / 2)
	time.Sleep(time.Second)
	runtime.GC() // waiting times count from a collection
	time.Sleep(*age)
	w.start(*total)
	time.Sleep(time.Second) // let the last ones reach the place they block at

	buf := make([]byte, 1<<20+*total*1600)
	n := runtime.Stack(buf, true)
	if n == len(buf) {
		log.Fatal("the buffer is too small for the dump")
	}
	f := os.Stdout
	if *out != "-" {
		var err error
		if f, err = os.Create(*out); err != nil {
			log.Fatal(err)
		}
	}
	if _, err := f.Write(buf[:n]); err != nil {
		log.Fatal(err)
	}
	if err := f.Close(); err != nil {
		log.Fatal(err)
	}
	log.Printf("%d goroutines, %d bytes", runtime.NumGoroutine(), n)
}

func min(a, b int) int {
	if a < b {
		return a
	}
	return b
}
