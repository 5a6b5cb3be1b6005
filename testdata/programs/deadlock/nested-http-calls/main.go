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

type node struct {
	base   string
	client *http.Client
}

func (n *node) call(path string) error {
	resp, err := n.client.Get(n.base + path) // MARK: BUG
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	_, err = io.Copy(ioutil.Discard, resp.Body)
	return err
}

func (n *node) summary(w http.ResponseWriter, r *http.Request) {
	if err := n.call("/detail"); err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	fmt.Fprintln(w, "summary")
}

func (n *node) detail(w http.ResponseWriter, r *http.Request) {
	fmt.Fprintln(w, "detail")
}

func main() {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	n := &node{
		base:   "http://" + l.Addr().String(),
		client: &http.Client{Transport: &http.Transport{MaxConnsPerHost: 1}},
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/summary", n.summary)
	mux.HandleFunc("/detail", n.detail)
	go http.Serve(l, mux)
	if err := n.call("/detail"); err != nil {
		log.Print(err)
	}
	harness.Every(20*time.Second, func() { go n.call("/summary") })
	harness.Run()
}
