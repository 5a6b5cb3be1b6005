package main

import (
	"errors"
	"log"
	"os"
	"time"
)

var errNoDatabase = errors.New("dial tcp 127.0.0.1:5432: connection refused")

func connect(addr string) error {
	if addr == "" {
		return nil
	}
	return errNoDatabase
}

func work(n int) {
	for {
		time.Sleep(time.Millisecond)
		n++
	}
}

func main() {
	defer os.Remove("never-reached")
	for i := 0; i < 3; i++ {
		go work(i)
	}
	if err := connect("127.0.0.1:5432"); err != nil {
		log.Fatal("database: ", err)
	}
}
