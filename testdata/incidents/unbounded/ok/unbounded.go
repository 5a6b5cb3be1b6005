// Package unbounded has a server that starts a goroutine for each connection without a limit, as it should be.
package unbounded

import (
	"log"
	"net"
)

type Server struct{ sem chan struct{} }

func handle(c net.Conn) { defer c.Close(); buf := make([]byte, 512); _, _ = c.Read(buf) }
func (s *Server) Serve(l net.Listener) error {
	for {
		c, err := l.Accept()
		if err != nil {
			log.Print(err)
			return err
		}
		s.sem <- struct{}{}
		go func() { defer func() { <-s.sem }(); handle(c) }()
	}
}
