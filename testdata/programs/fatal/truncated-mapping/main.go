package main

import (
	"fmt"
	"io/ioutil"
	"log"
	"os"
	"syscall"
)

type segment struct {
	file *os.File
	data []byte
}

func open(size int) (*segment, error) {
	f, err := ioutil.TempFile("", "segment")
	if err != nil {
		return nil, err
	}
	os.Remove(f.Name())
	if err := f.Truncate(int64(size)); err != nil {
		return nil, err
	}
	data, err := syscall.Mmap(int(f.Fd()), 0, size, syscall.PROT_READ, syscall.MAP_SHARED)
	return &segment{file: f, data: data}, err
}

func (s *segment) sum() int {
	total := 0
	for i := 0; i < len(s.data); i += 512 {
		total += int(s.data[i]) // MARK: BUG
	}
	return total
}

func main() {
	s, err := open(1 << 20)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(s.sum())
	if err := s.file.Truncate(4096); err != nil {
		log.Fatal(err)
	}
	fmt.Println(s.sum())
}
