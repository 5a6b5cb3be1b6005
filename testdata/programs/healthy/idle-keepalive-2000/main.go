package main

import (
	"bufio"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"time"

	"fixtures.test/programs/internal/harness"
)

// phone keeps its connection open between rare requests.
type phone struct {
	conn   net.Conn
	answer *bufio.Reader
}

func (p *phone) ping() error {
	if _, err := io.WriteString(p.conn, "GET /ping HTTP/1.1\r\nHost: push\r\n\r\n"); err != nil {
		return err
	}
	resp, err := http.ReadResponse(p.answer, nil)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	_, err = io.Copy(io.Discard, resp.Body)
	return err
}

func main() {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/ping", func(w http.ResponseWriter, r *http.Request) { fmt.Fprintln(w, "pong") })
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second, IdleTimeout: time.Hour}
	go func() { log.Fatal(server.Serve(ln)) }()

	var phones []*phone
	for i := 0; i < 2000; i++ {
		conn, err := net.Dial("tcp", ln.Addr().String())
		if err != nil {
			log.Fatal(err)
		}
		p := &phone{conn: conn, answer: bufio.NewReaderSize(conn, 512)}
		if err := p.ping(); err != nil {
			log.Fatal(err)
		}
		phones = append(phones, p)
	}
	next := 0
	harness.Every(time.Second, func() {
		next = (next + 1) % len(phones)
		if err := phones[next].ping(); err != nil {
			log.Print(err)
		}
	})
	harness.Run()
}
