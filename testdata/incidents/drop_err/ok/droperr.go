// Package droperr has a shutdown whose context has ended already, as it should be.
package droperr

import (
	"context"
	"log"
	"net/http"
	"os"
	"os/signal"
)

func main2(s *http.Server) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	go func() {
		if err := s.ListenAndServe(); err != nil {
			log.Fatal(err)
		}
	}()
	<-ctx.Done()
	sctx, cancel := context.WithTimeout(context.Background(), 1e10)
	defer cancel()
	if err := s.Shutdown(sctx); err != nil {
		log.Print(err)
	}
}
