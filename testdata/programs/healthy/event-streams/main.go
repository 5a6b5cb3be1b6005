package main

import (
	"bufio"
	"fmt"
	"log"
	"net"
	"net/http"
	"time"

	"fixtures.test/programs/internal/harness"
)

func stream(w http.ResponseWriter, r *http.Request) {
	flush, ok := w.(http.Flusher)
	if !ok {
		http.Error(w, "cannot stream", http.StatusInternalServerError)
		return
	}
	heartbeat := time.NewTicker(time.Second)
	defer heartbeat.Stop()
	for {
		select {
		case <-heartbeat.C:
			if _, err := fmt.Fprint(w, ": alive\n\n"); err != nil {
				return
			}
			flush.Flush()
		case <-r.Context().Done():
			return
		}
	}
}

// listen reads events, and connects again when the stream ends.
func listen(url string) {
	for {
		if err := once(url); err != nil {
			log.Print(err)
		}
		time.Sleep(time.Second)
	}
}

func once(url string) error {
	resp, err := http.Get(url)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	events := bufio.NewScanner(resp.Body)
	for events.Scan() {
	}
	return events.Err()
}

func main() {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	server := &http.Server{Handler: http.HandlerFunc(stream), ReadHeaderTimeout: 5 * time.Second}
	go func() { log.Fatal(server.Serve(ln)) }()
	for i := 0; i < 30; i++ {
		go listen("http://" + ln.Addr().String())
	}
	harness.Run()
}
