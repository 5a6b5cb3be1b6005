package main

import (
	"context"
	"log"
	"net"
	"net/http"
	"time"

	"fixtures.test/programs/internal/harness"
)

type app struct {
	server *http.Server
	closed chan struct{}
}

// events streams until the application has been closed.
func (a *app) events(w http.ResponseWriter, r *http.Request) {
	w.WriteHeader(http.StatusOK)
	w.(http.Flusher).Flush()
	<-a.closed
}

func (a *app) stop() {
	if err := a.server.Shutdown(context.Background()); err != nil { // MARK: BUG
		log.Print(err)
	}
	close(a.closed)
}

func run() {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	a := &app{closed: make(chan struct{})}
	mux := http.NewServeMux()
	mux.HandleFunc("/events", a.events)
	a.server = &http.Server{Handler: mux, ReadHeaderTimeout: time.Second}
	go a.server.Serve(l)
	resp, err := http.Get("http://" + l.Addr().String() + "/events")
	if err != nil {
		log.Fatal(err)
	}
	kept = append(kept, resp)
	go a.stop()
}

var kept []*http.Response

func main() {
	harness.Every(60*time.Second, run)
	harness.Run()
}
