package rs002

import (
	"net/http"
	"time"

	"example.com/rules/rs002/lib"
)

type runner interface{ ListenAndServe() error }

func BadAsInterface() runner {
	return &http.Server{Addr: lib.Address} // want RS002 "this server waits for requests without any time limit"
}

func BadGeneric[H http.Handler](handler H) error {
	return http.ListenAndServe(lib.Address, handler) // want RS002 "the server of http.ListenAndServe waits"
}

func OkOtherPackage() error { return lib.Unlimited().ListenAndServe() }

func OkInterface(r runner) error { return r.ListenAndServe() }

func OkGeneric[H http.Handler](handler H) runner {
	return &http.Server{Handler: handler, ReadHeaderTimeout: time.Second}
}
