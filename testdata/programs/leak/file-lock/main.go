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

type lockFile struct {
	f *os.File
}

func openLock(path string) (*lockFile, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	return &lockFile{f: f}, nil
}

func (l *lockFile) acquire() error {
	return syscall.Flock(int(l.f.Fd()), syscall.LOCK_EX) // MARK: BUG
}

func (l *lockFile) release() error {
	return syscall.Flock(int(l.f.Fd()), syscall.LOCK_UN)
}

// update runs change under the lock.
func update(path string, change func() bool) {
	l, err := openLock(path)
	if err != nil {
		log.Print(err)
		return
	}
	if err := l.acquire(); err != nil {
		log.Print(err)
		return
	}
	held = append(held, l)
	if !change() {
		return
	}
	l.release()
}

var held []*lockFile

func main() {
	dir, err := ioutil.TempDir("", "state")
	if err != nil {
		log.Fatal(err)
	}
	path := filepath.Join(dir, "LOCK")
	update(path, func() bool { return false })
	harness.Every(60*time.Second, func() { go update(path, func() bool { return true }) })
	harness.Run()
}
