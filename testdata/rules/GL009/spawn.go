// Package gl009 starts goroutines.
package gl009

import (
	"net"
	"net/http"
	"sync"
	"time"
)

func BadAccept(listener net.Listener, serve func(net.Conn)) error {
	for {
		conn, err := listener.Accept()
		if err != nil {
			return err
		}
		go serve(conn) // want GL009 "for each connection"
	}
}

func BadMessages(messages chan string, handle func(string)) {
	for message := range messages {
		go handle(message) // want GL009 "for each message"
	}
}

type bus struct {
	events chan int
	quit   chan struct{}
}

func (b *bus) BadSelect(handle func(int)) {
	for {
		select {
		case event := <-b.events:
			go handle(event) // want GL009 "for each message"
		case <-b.quit:
			return
		}
	}
}

func BadList(urls []string, fetch func(string)) {
	var wg sync.WaitGroup
	for _, url := range urls {
		wg.Add(1)
		go func(url string) { // want GL009 "for each element of a list"
			defer wg.Done()
			fetch(url)
		}(url)
	}
	wg.Wait()
}

func BadHandler(w http.ResponseWriter, r *http.Request) {
	name := r.FormValue("name")
	go func() { // want GL009 "for each request"
		audit(name)
	}()
	w.WriteHeader(http.StatusAccepted)
}

func audit(name string) { time.Sleep(time.Second) }

func BadPackets(conn net.PacketConn, handle func([]byte)) {
	for {
		buffer := make([]byte, 1500)
		n, _, err := conn.ReadFrom(buffer)
		if err != nil {
			return
		}
		go handle(buffer[:n]) // want GL009 "for each message"
	}
}

func BadGeneric[T any](in <-chan T, handle func(T)) {
	for value := range in {
		go handle(value) // want GL009 "for each message"
	}
}

func OkSemaphore(messages chan string, handle func(string)) {
	slots := make(chan struct{}, 8)
	for message := range messages {
		slots <- struct{}{}
		go func(message string) {
			defer func() { <-slots }()
			handle(message)
		}(message)
	}
}

func OkInside(urls []string, slots chan struct{}, fetch func(string)) {
	for _, url := range urls {
		go func(url string) {
			slots <- struct{}{}
			defer func() { <-slots }()
			fetch(url)
		}(url)
	}
}

func OkWorkers(jobs chan func()) {
	for i := 0; i < 4; i++ {
		go func() {
			for job := range jobs {
				job()
			}
		}()
	}
}

type limiter interface{ Acquire() }

func OkLimiter(l limiter, listener net.Listener, serve func(net.Conn)) {
	for {
		l.Acquire()
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		go serve(conn)
	}
}

func OkFixedList(serve func(string)) {
	for _, address := range []string{":80", ":443"} {
		go serve(address)
	}
}

func OkWaitsForEach(messages chan string, handle func(string)) {
	for message := range messages {
		done := make(chan struct{})
		go func(message string) {
			defer close(done)
			handle(message)
		}(message)
		<-done
	}
}

func OkHandlerWaits(w http.ResponseWriter, r *http.Request) {
	result := make(chan string, 1)
	go func() { result <- r.FormValue("name") }()
	select {
	case name := <-result:
		w.Write([]byte(name))
	case <-r.Context().Done():
	}
}
