package main

import (
	"fmt"
	"log"
	"runtime/debug"
	"syscall"
	"time"
)

type mount struct {
	fds [2]int
}

// stat waits for a server that does not answer.
func (m *mount) stat() error {
	var reply [1]byte
	_, err := syscall.Read(m.fds[0], reply[:]) // MARK: BUG
	return err
}

func main() {
	debug.SetMaxThreads(24)
	var m mount
	if err := syscall.Pipe(m.fds[:]); err != nil {
		log.Fatal(err)
	}
	for i := 0; i < 64; i++ {
		go m.stat()
	}
	time.Sleep(10 * time.Second)
	fmt.Println("still alive")
}
