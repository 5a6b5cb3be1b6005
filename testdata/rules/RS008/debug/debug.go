// Package debug uses the default mux without pprof.
package debug

import "net/http"

// OkServe serves the default mux of a package that does not import pprof.
func OkServe() error { return http.ListenAndServe(":8080", nil) }
