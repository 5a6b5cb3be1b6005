package probe

import (
	"os"
	"testing"
	"time"
)

func TestMain(m *testing.M) {
	code := m.Run()
	time.Sleep(200 * time.Millisecond) // the containers shut down
	os.Exit(code)
}

func TestStart(t *testing.T) {
	p := &probe{log: t, every: 20 * time.Millisecond}
	go p.run()
}
