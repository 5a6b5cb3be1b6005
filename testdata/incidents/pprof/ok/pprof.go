// Package pprof has profiles that everybody can ask for, as it should be.
package pprof

import (
	"log"
	"net/http"
	_ "net/http/pprof"
)

func api(w http.ResponseWriter, r *http.Request) {}
func Main() {
	mux := http.NewServeMux()
	mux.HandleFunc("/", api)
	s := &http.Server{Addr: ":8080", Handler: mux, ReadHeaderTimeout: 5e9}
	log.Fatal(s.ListenAndServe())
}
