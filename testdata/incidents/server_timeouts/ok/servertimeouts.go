// Package servertimeouts has a server that waits for headers for ever, as it should be.
package servertimeouts

import (
	"log"
	"net/http"
)

func main2(h http.Handler) {
	s := &http.Server{Addr: ":8080", Handler: h, ReadHeaderTimeout: 5e9, ReadTimeout: 1e10, IdleTimeout: 6e10}
	log.Fatal(s.ListenAndServe())
}
