package main

import (
	"fmt"
	"io"
	"io/ioutil"
	"log"
	"net"
	"net/http"
	"time"

	"fixtures.test/programs/internal/harness"
)

func stock(w http.ResponseWriter, r *http.Request) {
	time.Sleep(3 * time.Millisecond) // the lookup
	fmt.Fprintf(w, `{"sku":%q,"left":%d}`, r.URL.Query().Get("sku"), time.Now().Second())
}

// browser is a customer who keeps one connection open.
type browser struct {
	client *http.Client
	base   string
}

func (b *browser) browse() {
	for n := 0; ; n++ {
		if err := b.look(fmt.Sprintf("sku-%d", n%40)); err != nil {
			log.Print(err)
		}
		time.Sleep(time.Second)
	}
}

func (b *browser) look(sku string) error {
	resp, err := b.client.Get(b.base + "/stock?sku=" + sku)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	_, err = io.Copy(ioutil.Discard, resp.Body)
	return err
}

func main() {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/stock", stock)
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second, IdleTimeout: time.Minute}
	go func() { log.Fatal(server.Serve(ln)) }()
	for i := 0; i < 8; i++ {
		b := &browser{
			client: &http.Client{Timeout: 5 * time.Second, Transport: &http.Transport{}},
			base:   "http://" + ln.Addr().String(),
		}
		go b.browse()
	}
	harness.Run()
}
