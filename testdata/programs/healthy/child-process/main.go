package main

import (
	"bufio"
	"io"
	"log"
	"os/exec"
	"time"

	"fixtures.test/programs/internal/harness"
)

// Supervisor keeps one child running.
type Supervisor struct {
	lines int
}

func (s *Supervisor) run() {
	for {
		if err := s.once(); err != nil {
			log.Print(err)
		}
		time.Sleep(time.Second)
	}
}

func (s *Supervisor) once() error {
	cmd := exec.Command("sh", "-c", "echo ready; exec sleep 3600")
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	copied := make(chan struct{})
	go func() {
		defer close(copied)
		s.read(out)
	}()
	<-copied
	return cmd.Wait()
}

func (s *Supervisor) read(out io.Reader) {
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		s.lines++
	}
}

// waitFor runs a child whose output nobody wants.
func waitFor(name string, args ...string) {
	for {
		if err := exec.Command(name, args...).Run(); err != nil {
			log.Print(err)
		}
	}
}

func main() {
	s := new(Supervisor)
	go s.run()
	go waitFor("sleep", "1800")
	harness.Run()
}
