package main

import (
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"strings"
	"time"

	"fixtures.test/programs/internal/harness"
)

var errStatus = errors.New("unexpected status")

type geocoder struct {
	client *http.Client
	base   string
}

func (g *geocoder) locate(address string) (string, error) {
	resp, err := g.client.Get(g.base + "/v1/locate?q=" + address)
	if err != nil {
		return "", err
	}
	if resp.StatusCode != http.StatusOK {
		return "", errStatus
	}
	defer resp.Body.Close()
	var b strings.Builder
	_, err = io.Copy(&b, resp.Body)
	return b.String(), err
}

func serve(l net.Listener) {
	mux := http.NewServeMux()
	mux.HandleFunc("/v1/locate", func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusBadGateway)
		io.WriteString(w, strings.Repeat("<p>upstream unavailable</p>\n", 500))
	})
	log.Fatal(http.Serve(l, mux))
}

func main() {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	go serve(l)
	g := &geocoder{
		client: &http.Client{Timeout: time.Minute},
		base:   "http://" + l.Addr().String(),
	}
	harness.Every(10*time.Second, func() {
		if _, err := g.locate("main+street"); err != nil {
			log.Print(err)
		}
	})
	harness.Run()
}
