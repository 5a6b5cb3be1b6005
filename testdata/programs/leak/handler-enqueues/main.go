package main

import (
	"log"
	"net"
	"net/http"
	"time"

	"fixtures.test/programs/internal/harness"
)

type api struct {
	jobs chan string
	acks chan string
}

func (a *api) enqueue(w http.ResponseWriter, r *http.Request) {
	a.jobs <- r.URL.Query().Get("id") // MARK: BUG
	w.WriteHeader(http.StatusAccepted)
}

func (a *api) work() {
	for id := range a.jobs {
		a.acks <- id
	}
}

func post(client *http.Client, url string) {
	resp, err := client.Post(url, "text/plain", nil)
	if err != nil {
		log.Print(err)
		return
	}
	resp.Body.Close()
}

func main() {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	a := &api{jobs: make(chan string), acks: make(chan string, 2)}
	go a.work()
	mux := http.NewServeMux()
	mux.HandleFunc("/jobs", a.enqueue)
	go http.Serve(l, mux)
	client := &http.Client{Timeout: 100 * time.Millisecond}
	harness.Every(10*time.Second, func() {
		for i := 0; i < 2; i++ {
			post(client, "http://"+l.Addr().String()+"/jobs?id=7")
		}
	})
	harness.Run()
}
