package main

import (
	"bytes"
	"encoding/binary"
	"log"
	"net"
	"time"

	"fixtures.test/programs/internal/harness"
)

type exporter struct {
	conn net.Conn
	buf  bytes.Buffer
}

func (e *exporter) add(metric string, value uint64) {
	e.buf.WriteString(metric)
	binary.Write(&e.buf, binary.BigEndian, value)
}

func (e *exporter) flush() error {
	_, err := e.conn.Write(e.buf.Bytes()) // MARK: BUG
	e.buf.Reset()
	return err
}

func export(addr string) {
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		log.Print(err)
		return
	}
	defer conn.Close()
	e := &exporter{conn: conn}
	for i := uint64(0); ; i++ {
		for k := 0; k < 4096; k++ {
			e.add("http_requests_total{code=\"200\"}", i)
		}
		if err := e.flush(); err != nil {
			log.Print(err)
			return
		}
	}
}

type stalled struct{ conns []net.Conn }

func (s *stalled) accept(l net.Listener) {
	for {
		c, err := l.Accept()
		if err != nil {
			return
		}
		s.conns = append(s.conns, c)
	}
}

func main() {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	s := &stalled{}
	go s.accept(l)
	harness.Every(10*time.Second, func() { go export(l.Addr().String()) })
	harness.Run()
}
