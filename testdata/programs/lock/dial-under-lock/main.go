package main

import (
	"io"
	"log"
	"net"
	"sync"
	"time"

	"fixtures.test/programs/internal/harness"
)

type pool struct {
	mu   sync.Mutex
	addr string
	free []net.Conn
	made int
}

func (p *pool) get() (net.Conn, error) {
	p.mu.Lock() // MARK: GET
	defer p.mu.Unlock()
	if n := len(p.free); n > 0 {
		c := p.free[n-1]
		p.free = p.free[:n-1]
		return c, nil
	}
	c, err := net.Dial("tcp", p.addr)
	if err != nil {
		return nil, err
	}
	p.made++
	return c, greet(c)
}

func greet(c net.Conn) error {
	if _, err := io.WriteString(c, "HELLO\n"); err != nil {
		return err
	}
	var reply [3]byte
	_, err := io.ReadFull(c, reply[:])
	return err
}

func (p *pool) stats() (free, made int) {
	p.mu.Lock() // MARK: STATS
	defer p.mu.Unlock()
	return len(p.free), p.made
}

func main() {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	defer l.Close()
	p := &pool{addr: l.Addr().String()}
	harness.Every(10*time.Second, func() {
		go p.get()
		go p.stats()
	})
	harness.Run()
}
