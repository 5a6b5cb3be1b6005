package main

import (
	"io"
	"io/ioutil"
	"log"
	"net"
	"net/http"
	"time"

	"fixtures.test/programs/internal/harness"
)

type auditEntry struct {
	path string
	at   time.Time
}

type auditor struct {
	entries chan auditEntry
	written int
}

// write handles entries until the disk quota is used up.
func (a *auditor) write(quota int) {
	for e := range a.entries {
		a.written += len(e.path)
		if a.written > quota {
			log.Print("audit: quota used up")
			return
		}
	}
}

func (a *auditor) record(r *http.Request) {
	a.entries <- auditEntry{path: r.URL.Path, at: time.Now()} // MARK: BUG
}

func (a *auditor) middleware(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		go a.record(r)
		next(w, r)
	}
}

func main() {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	a := &auditor{entries: make(chan auditEntry)}
	go a.write(40)
	mux := http.NewServeMux()
	mux.Handle("/orders", a.middleware(func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, "[]")
	}))
	go http.Serve(l, mux)
	harness.Every(10*time.Second, func() {
		for i := 0; i < 5; i++ {
			resp, err := http.Get("http://" + l.Addr().String() + "/orders")
			if err != nil {
				log.Print(err)
				return
			}
			io.Copy(ioutil.Discard, resp.Body)
			resp.Body.Close()
		}
	})
	harness.Run()
}
