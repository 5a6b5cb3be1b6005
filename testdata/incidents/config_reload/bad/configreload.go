// Package configreload has a configuration that is replaced while requests read it.
//
// want DR002
package configreload

import (
	"net/http"
	"sync/atomic"
	"time"
)

type Conf struct{ Rate int }

var conf = &Conf{Rate: 1}
var current atomic.Pointer[Conf]

func reload(load func() *Conf) {
	for {
		time.Sleep(time.Minute)
		conf = load()
	}
}
func handler(w http.ResponseWriter, r *http.Request) {
	if conf.Rate == 0 {
		w.WriteHeader(429)
	}
}
func Main(load func() *Conf) error {
	current.Store(conf)
	go reload(load)
	mux := http.NewServeMux()
	mux.HandleFunc("/", handler)
	s := &http.Server{Addr: ":1", Handler: mux, ReadHeaderTimeout: 1e9}
	return s.ListenAndServe()
}
