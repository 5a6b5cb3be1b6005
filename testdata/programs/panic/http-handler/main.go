package main

import (
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"strconv"
)

type shop struct {
	names []string
}

func (s *shop) item(w http.ResponseWriter, r *http.Request) {
	n, err := strconv.Atoi(r.URL.Query().Get("n"))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	io.WriteString(w, s.names[n]) // MARK: BUG
}

func main() {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	s := &shop{names: []string{"bolt", "nut"}}
	mux := http.NewServeMux()
	mux.HandleFunc("/item", s.item)
	go http.Serve(l, mux)
	for _, n := range []string{"1", "2", "-3", "0"} {
		resp, err := http.Get("http://" + l.Addr().String() + "/item?n=" + n)
		if err != nil {
			fmt.Println(n, "failed")
			continue
		}
		fmt.Println(n, resp.Status)
		resp.Body.Close()
	}
}
