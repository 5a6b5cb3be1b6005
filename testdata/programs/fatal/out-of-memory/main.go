package main

import (
	"fmt"
	"log"
	"syscall"
)

type loader struct {
	files [][]byte
	total int
}

func (l *loader) load(size int) {
	l.files = append(l.files, make([]byte, size)) // MARK: BUG
	l.total += size
}

func main() {
	limit := syscall.Rlimit{Cur: 3 << 30, Max: 3 << 30}
	if err := syscall.Setrlimit(syscall.RLIMIT_AS, &limit); err != nil {
		log.Fatal(err)
	}
	l := &loader{}
	for i := 0; i < 64; i++ {
		l.load(128 << 20)
	}
	fmt.Println(l.total)
}
