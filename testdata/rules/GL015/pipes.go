package gl015

import (
	"bufio"
	"io"
	"os/exec"
)

func BadPipeWithoutWait(name string) ([]byte, error) {
	cmd := exec.Command(name)
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil { // want GL015 "not waited for"
		return nil, err
	}
	return io.ReadAll(out)
}

func OkPipeWithWait(name string, use func(string)) error {
	cmd := exec.Command(name)
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		use(lines.Text())
	}
	return cmd.Wait()
}
