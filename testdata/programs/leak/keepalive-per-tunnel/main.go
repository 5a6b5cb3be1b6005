package main

import (
	"net"
	"time"

	"fixtures.test/programs/internal/harness"
)

type tunnel struct {
	local, remote net.Conn
}

// hold keeps both ends referenced while the tunnel is in use.
func (t *tunnel) hold() {
	defer t.local.Close()
	defer t.remote.Close()
	select {} // MARK: BUG
}

func open() *tunnel {
	a, b := net.Pipe()
	t := &tunnel{local: a, remote: b}
	go t.hold()
	return t
}

func relayOnce(payload []byte) error {
	t := open()
	errs := make(chan error, 1)
	go func() {
		_, err := t.local.Write(payload)
		errs <- err
	}()
	buf := make([]byte, len(payload))
	if _, err := t.remote.Read(buf); err != nil {
		return err
	}
	return <-errs
}

func main() {
	harness.Every(10*time.Second, func() {
		if err := relayOnce([]byte("ping")); err != nil {
			panic(err)
		}
	})
	harness.Run()
}
