package main

import (
	"log"
	"syscall"
	"time"

	"fixtures.test/programs/internal/harness"
)

type device struct {
	fds  [2]int
	seen int
}

func open() (*device, error) {
	d := &device{}
	return d, syscall.Pipe(d.fds[:])
}

func (d *device) read() {
	var sample [8]byte
	n, err := syscall.Read(d.fds[0], sample[:]) // MARK: BUG
	if err != nil {
		log.Print(err)
		return
	}
	d.seen += n
}

func main() {
	harness.Also("threadcreate")
	d, err := open()
	if err != nil {
		log.Fatal(err)
	}
	harness.Every(10*time.Second, func() {
		for i := 0; i < 4; i++ {
			go d.read()
		}
	})
	harness.Run()
}
