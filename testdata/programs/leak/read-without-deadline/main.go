package main

import (
	"bufio"
	"log"
	"net"
	"sync"
	"time"

	"fixtures.test/programs/internal/harness"
)

type probe struct {
	mu      sync.Mutex
	banners map[string]string
}

func (p *probe) check(addr string) error {
	conn, err := net.DialTimeout("tcp", addr, time.Second)
	if err != nil {
		return err
	}
	defer conn.Close()
	banner, err := p.readBanner(conn)
	if err != nil {
		return err
	}
	p.mu.Lock()
	p.banners[addr] = banner
	p.mu.Unlock()
	return nil
}

func (p *probe) readBanner(conn net.Conn) (string, error) {
	return bufio.NewReader(conn).ReadString('\n') // MARK: BUG
}

func silentPeer(l net.Listener) {
	var open []net.Conn
	for {
		c, err := l.Accept()
		if err != nil {
			log.Print(err, len(open))
			return
		}
		open = append(open, c)
	}
}

func main() {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	go silentPeer(l)
	p := &probe{banners: make(map[string]string)}
	harness.Every(10*time.Second, func() { go p.check(l.Addr().String()) })
	harness.Run()
}
