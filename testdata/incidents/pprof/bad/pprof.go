// Package pprof has profiles that everybody can ask for.
//
// want RS008
package pprof

import (
	"log"
	"net/http"
	_ "net/http/pprof"
)

func api(w http.ResponseWriter, r *http.Request) {}
func Main() {
	http.HandleFunc("/", api)
	s := &http.Server{Addr: ":8080", ReadHeaderTimeout: 5e9}
	log.Fatal(s.ListenAndServe())
}
