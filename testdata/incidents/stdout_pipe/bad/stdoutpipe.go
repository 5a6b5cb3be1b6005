// Package stdoutpipe has a command that nobody waits for.
//
// want GL015
package stdoutpipe

import (
	"io"
	"os/exec"
)

func Run(name string) ([]byte, error) {
	cmd := exec.Command(name)
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	b, err := io.ReadAll(out)
	if err != nil {
		return nil, err
	}
	return b, nil
}
