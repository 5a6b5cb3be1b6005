// Package servertimeouts has a server that waits for headers for ever.
//
// want RS002
package servertimeouts

import (
	"log"
	"net/http"
)

func main2(h http.Handler) {
	log.Fatal(http.ListenAndServe(":8080", h))
}
