package main

import (
	"log"
	"os"
	"os/exec"
	"time"

	"fixtures.test/programs/internal/harness"
)

type filter struct {
	name  string
	args  []string
	input *os.File
}

func (f *filter) run() error {
	cmd := exec.Command(f.name, f.args...)
	cmd.Stdin = f.input
	return cmd.Run() // MARK: BUG
}

func sanitize(input *os.File) {
	f := &filter{name: "cat", args: []string{"-u"}, input: input}
	if err := f.run(); err != nil {
		log.Print(err)
	}
}

func main() {
	r, w, err := os.Pipe()
	if err != nil {
		log.Fatal(err)
	}
	defer w.Close()
	harness.Every(30*time.Second, func() { go sanitize(r) })
	harness.Run()
}
