package main

import (
	"errors"
	"log"
	"sync"
	"time"

	"fixtures.test/programs/internal/harness"
)

var errChecksum = errors.New("checksum mismatch")

type uploader struct {
	parts sync.WaitGroup
	mu    sync.Mutex
	bytes int
	ended chan struct{}
}

func (u *uploader) put(part []byte) error {
	if len(part)%2 == 1 {
		return errChecksum
	}
	u.mu.Lock()
	u.bytes += len(part)
	u.mu.Unlock()
	return nil
}

func (u *uploader) upload(part []byte) {
	if err := u.put(part); err != nil {
		log.Print("part: ", err)
		return
	}
	u.parts.Done()
}

func (u *uploader) finish() {
	u.parts.Wait() // MARK: BUG
	close(u.ended)
}

func send(parts ...[]byte) *uploader {
	u := &uploader{ended: make(chan struct{})}
	for _, p := range parts {
		u.parts.Add(1)
		go u.upload(p)
	}
	go u.finish()
	return u
}

func main() {
	harness.Every(10*time.Second, func() {
		u := send([]byte("abcd"), []byte("abc"), []byte("ab"))
		select {
		case <-u.ended:
		case <-time.After(20 * time.Millisecond):
		}
	})
	harness.Run()
}
