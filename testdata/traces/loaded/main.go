// Loaded is a healthy server under load, in eight kinds. Nothing in it is wrong: whatever waits in its trace waits for work. It traces
// itself from the time when it is warm.
//
// Usage: loaded KIND FILE [SECONDS]
package main

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"log"
	"math/rand"
	"net"
	"net/http"
	"os"
	"runtime/trace"
	"sort"
	"strconv"
	"sync"
	"time"
)

var kinds = map[string]func(){
	"keepalive": keepAlive,
	"workers":   workers,
	"tickers":   tickers,
	"groups":    groups,
	"topics":    topics,
	"database":  database,
	"arrivals":  arrivals,
	"locks":     locks,
	"longpoll":  longPoll,
	"pipelines": pipelines,
}

func pause(least, most time.Duration) {
	time.Sleep(least + time.Duration(rand.Int63n(int64(most-least))))
}

func serve(handler http.Handler) string {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 5 * time.Second, IdleTimeout: time.Minute}
	go func() { log.Fatal(server.Serve(listener)) }()
	return "http://" + listener.Addr().String()
}

func get(client *http.Client, url string) {
	response, err := client.Get(url)
	if err != nil {
		return
	}
	defer response.Body.Close()
	_, _ = io.Copy(io.Discard, response.Body)
}

// keepAlive has 120 clients with a connection each, most of which are idle at any time.
func keepAlive() {
	base := serve(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		pause(time.Millisecond, 5*time.Millisecond)
		fmt.Fprintln(w, "ok")
	}))
	for i := 0; i < 120; i++ {
		client := &http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{}}
		go func(i int) {
			for {
				get(client, base+"/stock")
				// A few customers come once in a while only.
				if i%10 == 0 {
					pause(3*time.Second, 30*time.Second)
				}
				pause(50*time.Millisecond, time.Second)
			}
		}(i)
	}
}

// workers are 250 of which a few are enough.
func workers() {
	type job struct {
		n    int
		done chan<- int
	}
	jobs := make(chan job)
	for i := 0; i < 250; i++ {
		go func() {
			for j := range jobs {
				pause(time.Millisecond, 3*time.Millisecond)
				j.done <- j.n * j.n
			}
		}()
	}
	rare := make(chan func(), 8)
	for i := 0; i < 20; i++ {
		go func() {
			for run := range rare {
				run()
			}
		}()
	}
	go func() {
		for n := 0; ; n++ {
			done := make(chan int, 1)
			jobs <- job{n, done}
			<-done
			if n == 300 {
				rare <- func() { pause(time.Millisecond, 2*time.Millisecond) }
			}
		}
	}()
}

// tickers are 200 monitors with intervals from 50 milliseconds to a minute, which all can be stopped.
func tickers() {
	stop := make(chan struct{})
	for i := 0; i < 200; i++ {
		every := 50 * time.Millisecond
		if i%3 == 1 {
			every = time.Second
		} else if i%3 == 2 {
			every = time.Minute
		}
		go func() {
			ticker := time.NewTicker(every)
			defer ticker.Stop()
			for {
				select {
				case <-ticker.C:
					pause(10*time.Microsecond, 100*time.Microsecond)
				case <-stop:
					return
				}
			}
		}()
	}
}

// group is what errgroup does: the first error ends the others.
type group struct {
	wait   sync.WaitGroup
	once   sync.Once
	err    error
	cancel context.CancelFunc
}

func (g *group) run(f func() error) {
	g.wait.Add(1)
	go func() {
		defer g.wait.Done()
		if err := f(); err != nil {
			g.once.Do(func() { g.err = err; g.cancel() })
		}
	}()
}

// groups fetches twelve parts of a page at a time, on 25 requests at once.
func groups() {
	for i := 0; i < 25; i++ {
		go func() {
			for {
				ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
				g := &group{cancel: cancel}
				parts := make(chan int, 12)
				for n := 0; n < 12; n++ {
					n := n
					g.run(func() error {
						wait := time.Duration(1+rand.Intn(20)) * time.Millisecond
						if rand.Intn(200) == 0 {
							// A slow shard now and then.
							wait = 1500 * time.Millisecond
						}
						select {
						case <-time.After(wait):
							parts <- n
							return nil
						case <-ctx.Done():
							return ctx.Err()
						}
					})
				}
				g.wait.Wait()
				cancel()
				close(parts)
				for range parts {
				}
			}
		}()
	}
}

// topics has 240 subscribers of 30 topics, of which some are quiet.
func topics() {
	var mu sync.RWMutex
	subscribers := map[int][]chan string{}
	quit := make(chan struct{})
	for i := 0; i < 240; i++ {
		events := make(chan string, 4)
		topic := i % 30
		mu.Lock()
		subscribers[topic] = append(subscribers[topic], events)
		mu.Unlock()
		if i%2 == 0 {
			go func() {
				for event := range events {
					_ = len(event)
				}
			}()
			continue
		}
		go func() {
			for {
				select {
				case event := <-events:
					_ = len(event)
				case <-quit:
					return
				}
			}
		}()
	}
	go func() {
		for n := 0; ; n++ {
			pause(time.Millisecond, 4*time.Millisecond)
			// Topics from 20 on have no events.
			mu.RLock()
			for _, events := range subscribers[n%20] {
				select {
				case events <- "event":
				default:
				}
			}
			mu.RUnlock()
		}
	}()
}

type fakeDriver struct{}
type fakeConn struct{}
type fakeStmt struct{}
type fakeRows struct{ left int }

func (fakeDriver) Open(string) (driver.Conn, error)  { return fakeConn{}, nil }
func (fakeConn) Prepare(string) (driver.Stmt, error) { return fakeStmt{}, nil }
func (fakeConn) Close() error                        { return nil }
func (fakeConn) Begin() (driver.Tx, error)           { return nil, errors.New("no transactions") }
func (fakeStmt) Close() error                        { return nil }
func (fakeStmt) NumInput() int                       { return -1 }
func (fakeStmt) Exec([]driver.Value) (driver.Result, error) {
	return nil, errors.New("read only")
}
func (fakeStmt) Query([]driver.Value) (driver.Rows, error) {
	pause(time.Millisecond, 6*time.Millisecond)
	return &fakeRows{3}, nil
}
func (*fakeRows) Columns() []string { return []string{"n"} }
func (*fakeRows) Close() error      { return nil }
func (r *fakeRows) Next(row []driver.Value) error {
	if r.left == 0 {
		return io.EOF
	}
	r.left--
	row[0] = int64(r.left)
	return nil
}

// database lets 220 requests at once share a pool of 16 connections.
func database() {
	sql.Register("fake", fakeDriver{})
	db, err := sql.Open("fake", "")
	if err != nil {
		log.Fatal(err)
	}
	db.SetMaxOpenConns(16)
	db.SetMaxIdleConns(8)
	for i := 0; i < 220; i++ {
		go func() {
			for {
				ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
				rows, err := db.QueryContext(ctx, "select n")
				if err == nil {
					for rows.Next() {
						var n int
						_ = rows.Scan(&n)
					}
					rows.Close()
				}
				cancel()
				pause(time.Millisecond, 50*time.Millisecond)
			}
		}()
	}
}

// arrivals has sessions that come all the time and stay for some seconds, so that their number grows until it is steady.
func arrivals() {
	session := func(life time.Duration) {
		ctx, cancel := context.WithTimeout(context.Background(), life)
		defer cancel()
		inbox := make(chan string, 1)
		go func() {
			for {
				select {
				case <-ctx.Done():
					return
				case message := <-inbox:
					_ = len(message)
				}
			}
		}()
		for ctx.Err() == nil {
			pause(20*time.Millisecond, 700*time.Millisecond)
			select {
			case inbox <- "hello":
			default:
			}
		}
	}
	for i := 0; i < 150; i++ {
		go session(time.Duration(1+rand.Intn(8)) * time.Second)
	}
	go func() {
		for {
			go session(time.Duration(500+rand.Intn(6000)) * time.Millisecond)
			pause(10*time.Millisecond, 40*time.Millisecond)
		}
	}()
}

// locks has 200 goroutines that share a few hot locks, a condition and a semaphore.
func locks() {
	var mu sync.Mutex
	var table sync.RWMutex
	counts := map[int]int{}
	slots := make(chan struct{}, 4)
	ready := sync.NewCond(&mu)
	queue := 0
	for i := 0; i < 160; i++ {
		i := i
		go func() {
			for {
				table.RLock()
				n := counts[i]
				table.RUnlock()
				if n%50 == 0 {
					table.Lock()
					counts[i]++
					table.Unlock()
				}
				slots <- struct{}{}
				mu.Lock()
				queue++
				mu.Unlock()
				ready.Signal()
				pause(100*time.Microsecond, time.Millisecond)
				<-slots
				pause(10*time.Millisecond, 50*time.Millisecond)
			}
		}()
	}
	for i := 0; i < 40; i++ {
		go func() {
			for {
				mu.Lock()
				for queue == 0 {
					ready.Wait()
				}
				queue--
				mu.Unlock()
			}
		}()
	}
}

// longPoll keeps 150 requests open until there is news for them or 20 seconds are over.
func longPoll() {
	var mu sync.Mutex
	news := make(chan struct{})
	base := serve(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		wait := news
		mu.Unlock()
		if r.URL.Path == "/rare" {
			wait = nil
		}
		select {
		case <-wait:
			fmt.Fprintln(w, "news")
		case <-time.After(20 * time.Second):
			w.WriteHeader(http.StatusNoContent)
		case <-r.Context().Done():
		}
	}))
	for i := 0; i < 150; i++ {
		client := &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{}}
		path := "/often"
		if i%5 == 0 {
			path = "/rare"
		}
		go func() {
			for {
				get(client, base+path)
			}
		}()
	}
	go func() {
		for {
			pause(500*time.Millisecond, 2*time.Second)
			mu.Lock()
			close(news)
			news = make(chan struct{})
			mu.Unlock()
		}
	}()
}

// pipelines makes three stages for each batch, 40 batches at a time, with a slow last stage that the others wait for.
func pipelines() {
	batch := func() {
		parsed, checked := make(chan int), make(chan int)
		go func() {
			defer close(parsed)
			for i := 0; i < 40; i++ {
				parsed <- i
			}
		}()
		var stage sync.WaitGroup
		for i := 0; i < 4; i++ {
			stage.Add(1)
			go func() {
				defer stage.Done()
				for n := range parsed {
					checked <- n + 1
				}
			}()
		}
		go func() { stage.Wait(); close(checked) }()
		var all []int
		for n := range checked {
			pause(time.Millisecond, 40*time.Millisecond)
			all = append(all, n)
		}
		sort.Ints(all)
	}
	for i := 0; i < 40; i++ {
		go func() {
			for {
				batch()
			}
		}()
	}
}

func main() {
	if len(os.Args) < 3 || kinds[os.Args[1]] == nil {
		log.Fatal("usage: loaded KIND FILE [SECONDS]")
	}
	length := 5 * time.Second
	if len(os.Args) > 3 {
		seconds, err := strconv.ParseFloat(os.Args[3], 64)
		if err != nil {
			log.Fatal(err)
		}
		length = time.Duration(seconds * float64(time.Second))
	}
	kinds[os.Args[1]]()
	time.Sleep(time.Second)
	file, err := os.Create(os.Args[2])
	if err != nil {
		log.Fatal(err)
	}
	if err := trace.Start(file); err != nil {
		log.Fatal(err)
	}
	time.Sleep(length)
	trace.Stop()
	if err := file.Close(); err != nil {
		log.Fatal(err)
	}
}
