package main

import (
	"runtime"
	"time"

	"fixtures.test/programs/internal/harness"
)

type upload struct {
	name string
	body []byte
	done chan struct{}
}

func checksum(b []byte) int {
	sum := 0
	for i := range b {
		sum += int(b[i])
	}
	return sum
}

func watch(u *upload) {
	<-u.done // MARK: BUG
	if checksum(u.body) == 0 {
		u.name = ""
	}
}

func receive(name string) *upload {
	u := &upload{name: name, body: make([]byte, 4<<20), done: make(chan struct{})}
	for i := range u.body {
		u.body[i] = byte(i)
	}
	go watch(u)
	return u
}

func main() {
	runtime.MemProfileRate = 64 << 10
	harness.Also("heap")
	harness.Every(10*time.Second, func() { receive("photo.jpg") })
	harness.Run()
}
