package main

import (
	"io/ioutil"
	"log"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"fixtures.test/programs/internal/harness"
)

type spool struct {
	path string
	file *os.File
}

func newSpool(dir string) (*spool, error) {
	s := &spool{path: filepath.Join(dir, "spool")}
	if err := syscall.Mkfifo(s.path, 0o600); err != nil {
		return nil, err
	}
	return s, nil
}

func (s *spool) open() (err error) {
	s.file, err = os.OpenFile(s.path, os.O_WRONLY, 0) // MARK: BUG
	return err
}

func (s *spool) print(text string) {
	if err := s.open(); err != nil {
		log.Print(err)
		return
	}
	defer s.file.Close()
	if _, err := s.file.WriteString(text); err != nil {
		log.Print(err)
	}
}

func main() {
	dir, err := ioutil.TempDir("", "spool")
	if err != nil {
		log.Fatal(err)
	}
	s, err := newSpool(dir)
	if err != nil {
		log.Fatal(err)
	}
	harness.Every(30*time.Second, func() {
		p := *s
		go p.print("invoice 17\n")
	})
	harness.Run()
}
