package main

import (
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"time"

	"fixtures.test/programs/internal/harness"
)

type slowClients struct {
	addr  string
	conns []net.Conn
}

// connect sends the beginning of a request and leaves it there.
func (s *slowClients) connect() error {
	c, err := net.Dial("tcp", s.addr)
	if err != nil {
		return err
	}
	s.conns = append(s.conns, c)
	_, err = fmt.Fprintf(c, "GET /report?n=%d HTTP/1.1\r\nHost: reports\r\nX-Slow:", len(s.conns))
	return err
}

func main() {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/report", func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, "ok\n")
	})
	go http.Serve(l, mux)
	s := &slowClients{addr: l.Addr().String()}
	harness.Every(10*time.Second, func() {
		if err := s.connect(); err != nil {
			log.Print(err)
		}
	})
	harness.Run()
}
