// Package signalunbuf has a signal that comes too early to be seen, as it should be.
package signalunbuf

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
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	return s.Shutdown(ctx)
}
