package main

import (
	"bufio"
	"io"
	"log"
	"os/exec"
	"time"

	"fixtures.test/programs/internal/harness"
)

type converter struct {
	cmd   *exec.Cmd
	in    io.WriteCloser
	out   io.ReadCloser
	lines int
}

func start() (*converter, error) {
	c := &converter{cmd: exec.Command("cat")}
	var err error
	if c.in, err = c.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	if c.out, err = c.cmd.StdoutPipe(); err != nil {
		return nil, err
	}
	if err := c.cmd.Start(); err != nil {
		return nil, err
	}
	go c.drain()
	return c, nil
}

func (c *converter) drain() {
	s := bufio.NewScanner(c.out)
	for s.Scan() { // MARK: BUG
		c.lines++
	}
	if err := c.cmd.Wait(); err != nil {
		log.Print(err)
	}
}

func convert(text string) error {
	c, err := start()
	if err != nil {
		return err
	}
	_, err = io.WriteString(c.in, text)
	return err
}

func main() {
	harness.Every(10*time.Second, func() {
		if err := convert("a\nb\n"); err != nil {
			log.Print(err)
		}
	})
	harness.Run()
}
