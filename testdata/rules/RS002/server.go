// Package rs002 has servers without time limits, and with.
package rs002

import (
	"net"
	"net/http"
	"time"
)

func BadListen(h http.Handler) error {
	return http.ListenAndServe(":8080", h) // want RS002 "the server of http.ListenAndServe"
}

func BadListenTLS(h http.Handler) error {
	return http.ListenAndServeTLS(":8443", "cert", "key", h) // want RS002 "the server of http.ListenAndServeTLS"
}

func BadServe(l net.Listener, h http.Handler) error {
	return http.Serve(l, h) // want RS002 "the server of http.Serve"
}

func BadLiteral(h http.Handler) *http.Server {
	return &http.Server{Addr: ":8080", Handler: h} // want RS002 "this server waits"
}

func BadWriteOnly(h http.Handler) error {
	s := http.Server{ // want RS002 "this server waits"
		Handler:      h,
		WriteTimeout: time.Second,
	}
	return s.ListenAndServe()
}

func BadGoroutine(h http.Handler) {
	go func() {
		_ = http.ListenAndServe("localhost:6060", h) // want RS002 "the server of http.ListenAndServe"
	}()
}

type app struct{ server *http.Server }

func BadField() *app {
	return &app{server: &http.Server{Addr: ":1"}} // want RS002 "this server waits"
}

func OkHeader(h http.Handler) *http.Server {
	return &http.Server{Handler: h, ReadHeaderTimeout: time.Second}
}

func OkRead(h http.Handler) *http.Server {
	return &http.Server{Handler: h, ReadTimeout: time.Second}
}

func OkGiven(s *http.Server) error { return s.ListenAndServe() }

func OkListener() (net.Listener, error) { return net.Listen("tcp", ":0") }

type fake struct{}

func (fake) ListenAndServe(string, http.Handler) error { return nil }

func OkOther(f fake) error { return f.ListenAndServe(":1", nil) }

type Server struct{ Addr string }

func OkOwnType() *Server { return &Server{Addr: ":1"} }
