// Package droperr has a shutdown whose context has ended already.
//
// want RS007
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
	s.Shutdown(ctx)
}
