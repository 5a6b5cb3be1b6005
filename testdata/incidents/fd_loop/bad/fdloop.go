// Package fdloop has files that stay open until all were read.
//
// want RS006
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
		defer f.Close()
		if _, err := io.Copy(w, f); err != nil {
			return err
		}
	}
	return nil
}
