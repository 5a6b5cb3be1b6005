// Package rs008 serves profiles.
package rs008

import (
	"flag"
	"fmt"
	"log"
	"net"
	"net/http"
	"net/http/pprof"
	"os"
	"time"
)

func BadDefaultMux() {
	log.Fatal(http.ListenAndServe(":8080", nil)) // want RS008 "shows the pages of pprof"
}

func BadNamedDefaultMux() error {
	return http.ListenAndServe("0.0.0.0:80", http.DefaultServeMux) // want RS008 "shows the pages of pprof"
}

func BadPortFromEnvironment() error {
	return http.ListenAndServe(":"+os.Getenv("PORT"), nil) // want RS008 "shows the pages of pprof"
}

func BadFormatted(port int) error {
	addr := fmt.Sprintf(":%d", port)
	return http.ListenAndServe(addr, nil) // want RS008 "shows the pages of pprof"
}

var listen = flag.String("listen", ":8080", "where to listen")

func BadFlag() error {
	return http.ListenAndServe(*listen, nil) // want RS008 "shows the pages of pprof"
}

func BadServer() error {
	server := &http.Server{Addr: ":8443", ReadHeaderTimeout: time.Second}
	return server.ListenAndServeTLS("cert", "key") // want RS008 "shows the pages of pprof"
}

func BadGoroutine() {
	go func() {
		if err := http.ListenAndServe(":6060", nil); err != nil { // want RS008 "shows the pages of pprof"
			log.Print(err)
		}
	}()
}

func BadOwnMux() error {
	mux := http.NewServeMux()
	mux.HandleFunc("/", index)
	mux.HandleFunc("/debug/pprof/", pprof.Index)
	mux.Handle("/debug/pprof/heap", pprof.Handler("heap"))
	server := http.Server{Addr: ":8080", Handler: mux, ReadHeaderTimeout: time.Second}
	return server.ListenAndServe() // want RS008 "shows the pages of pprof"
}

type app struct {
	router *http.ServeMux
	server *http.Server
}

func newApp() *app {
	a := &app{router: http.NewServeMux()}
	a.server = &http.Server{Addr: ":8080", Handler: logged(a.router), ReadHeaderTimeout: time.Second}
	a.router.HandleFunc("/debug/pprof/profile", pprof.Profile)
	return a
}

func (a *app) BadField() error {
	return a.server.ListenAndServe() // want RS008 "shows the pages of pprof"
}

func BadListener() error {
	listener, err := net.Listen("tcp", ":8080")
	if err != nil {
		return err
	}
	return http.Serve(listener, nil) // want RS008 "shows the pages of pprof"
}

func BadWrapped() error {
	return http.ListenAndServe(":8080", logged(http.DefaultServeMux)) // want RS008 "shows the pages of pprof"
}

func index(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusOK) }

func logged(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		log.Print(r.URL)
		next.ServeHTTP(w, r)
	})
}

func basicAuth(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, _, ok := r.BasicAuth(); !ok {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func OkLocal() error { return http.ListenAndServe("localhost:6060", nil) }

func OkLoopback() error {
	return http.ListenAndServe(net.JoinHostPort("127.0.0.1", os.Getenv("DEBUG_PORT")), nil)
}

func OkPublicMux() error {
	go http.ListenAndServe("localhost:6060", nil)
	mux := http.NewServeMux()
	mux.HandleFunc("/", index)
	return http.ListenAndServe(":8080", mux)
}

func OkAuthenticated() error {
	return http.ListenAndServe(":8080", basicAuth(http.DefaultServeMux))
}

func OkHandlerAuthenticated() error {
	mux := http.NewServeMux()
	mux.Handle("/debug/pprof/", basicAuth(http.HandlerFunc(pprof.Index)))
	return http.ListenAndServe(":8080", mux)
}

func OkUnknownAddress(addr string) error { return http.ListenAndServe(addr, nil) }

func OkOwnDebugMux() error {
	debug := http.NewServeMux()
	debug.HandleFunc("/debug/pprof/", pprof.Index)
	return http.ListenAndServe("[::1]:6060", debug)
}

// FN_Port is public, but the host is not known.
func FN_Port(host string) error {
	return http.ListenAndServe(host+":6060", nil)
}
