package main

import (
	"fmt"
	"log"
	"net"
	"net/http"
	"strings"
	"time"

	"fixtures.test/programs/internal/harness"
)

type reporter struct {
	url string
}

func (r *reporter) report(cause interface{}) {
	resp, err := http.Post(r.url, "text/plain", strings.NewReader(fmt.Sprint(cause))) // MARK: BUG
	if err != nil {
		log.Print(err)
		return
	}
	resp.Body.Close()
}

func (r *reporter) guard(f func()) {
	defer func() {
		if cause := recover(); cause != nil {
			r.report(cause)
		}
	}()
	f()
}

type invoice struct {
	lines []int
}

func (i *invoice) first() int { return i.lines[0] }

func silent(l net.Listener) {
	var kept []net.Conn
	for {
		c, err := l.Accept()
		if err != nil {
			log.Print(err, len(kept))
			return
		}
		kept = append(kept, c)
	}
}

func main() {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	go silent(l)
	r := &reporter{url: "http://" + l.Addr().String() + "/panics"}
	harness.Every(10*time.Second, func() {
		go r.guard(func() { (&invoice{lines: []int{7}}).first() })
		go r.guard(func() { (&invoice{}).first() })
	})
	harness.Run()
}
