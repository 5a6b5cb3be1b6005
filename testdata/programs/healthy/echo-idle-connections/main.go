package main

import (
	"bufio"
	"fmt"
	"log"
	"net"
	"time"

	"fixtures.test/programs/internal/harness"
)

func serve(ln net.Listener) {
	for {
		conn, err := ln.Accept()
		if err != nil {
			log.Print(err)
			return
		}
		go echo(conn)
	}
}

func echo(conn net.Conn) {
	defer conn.Close()
	lines := bufio.NewScanner(conn)
	for lines.Scan() {
		if _, err := fmt.Fprintln(conn, lines.Text()); err != nil {
			return
		}
	}
}

type sensor struct {
	conn   net.Conn
	answer *bufio.Reader
}

func (s *sensor) report(value int) error {
	if _, err := fmt.Fprintln(s.conn, value); err != nil {
		return err
	}
	_, err := s.answer.ReadString('\n')
	return err
}

func main() {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	go serve(ln)
	var sensors []*sensor
	for i := 0; i < 60; i++ {
		conn, err := net.Dial("tcp", ln.Addr().String())
		if err != nil {
			log.Fatal(err)
		}
		sensors = append(sensors, &sensor{conn: conn, answer: bufio.NewReader(conn)})
	}
	harness.Every(time.Minute, func() {
		for i, s := range sensors {
			if err := s.report(i); err != nil {
				log.Print(err)
			}
		}
	})
	harness.Run()
}
