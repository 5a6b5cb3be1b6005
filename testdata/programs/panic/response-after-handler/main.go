package main

import (
	"bufio"
	"fmt"
	"log"
	"net"
	"net/http"
	"time"
)

type feed struct {
	items []string
}

func (f *feed) poll(w http.ResponseWriter) {
	time.Sleep(20 * time.Millisecond)
	conn, _, err := w.(http.Hijacker).Hijack() // MARK: BUG
	if err != nil {
		log.Print(err)
		return
	}
	conn.Close()
}

func (f *feed) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	go f.poll(w)
	w.WriteHeader(http.StatusAccepted)
	fmt.Fprintln(w, len(f.items))
}

func main() {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	go http.Serve(l, &feed{items: []string{"a"}})
	conn, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		log.Fatal(err)
	}
	fmt.Fprint(conn, "GET / HTTP/1.1\r\nHost: feed\r\n\r\n")
	line, err := bufio.NewReader(conn).ReadString('\n')
	fmt.Print(line, err, "\n")
	time.Sleep(100 * time.Millisecond)
}
