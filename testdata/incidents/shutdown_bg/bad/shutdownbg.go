// Package shutdownbg has a shutdown that waits for ever.
//
// want RS010
package shutdownbg

import (
	"context"
	"net/http"
	"os"
	"os/signal"
	"time"
)

func Run(s *http.Server) error {
	sig := make(chan os.Signal, 1)
	signal.Notify(sig, os.Interrupt)
	go func() { _ = s.ListenAndServe() }()
	<-sig
	return s.Shutdown(context.Background())
}

var _ = time.Second
