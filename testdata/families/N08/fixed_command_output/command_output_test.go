// N08: the output of a command is looked at while the command is still writing it.
package n08

import (
	"bytes"
	"os/exec"
	"testing"
)

type job struct {
	out bytes.Buffer
	cmd *exec.Cmd
}

func (j *job) start() error {
	j.cmd = exec.Command("echo", "hello")
	j.cmd.Stdout = &j.out
	return j.cmd.Start()
}

func TestJob(t *testing.T) {
	j := &job{}
	if err := j.start(); err != nil {
		t.Skip(err)
	}
	if err := j.cmd.Wait(); err != nil {
		t.Error(err)
	}
	if j.out.Len() > 6 {
		t.Error("too long")
	}
}
