// Package fdloop has files that stay open until all were read, as it should be.
package fdloop

import (
	"io"
	"os"
	"path/filepath"
)

func Sum(dir string, w io.Writer) error {
	names, err := filepath.Glob(dir + "/*.log")
	if err != nil {
		return err
	}
	for _, n := range names {
		f, err := os.Open(n)
		if err != nil {
			return err
		}
		_, err = io.Copy(w, f)
		f.Close()
		if err != nil {
			return err
		}
	}
	return nil
}
