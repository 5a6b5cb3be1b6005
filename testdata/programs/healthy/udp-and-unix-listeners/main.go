package main

import (
	"io/ioutil"
	"log"
	"net"
	"path/filepath"
	"time"

	"fixtures.test/programs/internal/harness"
)

type metrics struct{ packets int }

func (m *metrics) receive(conn net.PacketConn) {
	buf := make([]byte, 1500)
	for {
		n, _, err := conn.ReadFrom(buf)
		if err != nil {
			log.Print(err)
			return
		}
		m.packets += n
	}
}

func admin(ln net.Listener) {
	for {
		conn, err := ln.Accept()
		if err != nil {
			log.Print(err)
			return
		}
		go func() {
			defer conn.Close()
			if _, err := conn.Write([]byte("ok\n")); err != nil {
				log.Print(err)
			}
		}()
	}
}

func main() {
	dir, err := ioutil.TempDir("", "admin")
	if err != nil {
		log.Fatal(err)
	}
	udp, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	unix, err := net.Listen("unix", filepath.Join(dir, "admin.sock"))
	if err != nil {
		log.Fatal(err)
	}
	go new(metrics).receive(udp)
	go admin(unix)
	sender, err := net.Dial("udp", udp.LocalAddr().String())
	if err != nil {
		log.Fatal(err)
	}
	harness.Every(3*time.Minute, func() {
		if _, err := sender.Write([]byte("up 1")); err != nil {
			log.Print(err)
		}
	})
	harness.Run()
}
