package files_test

import (
	"testing"

	"example.com/files"
	"example.com/files/between"
)

func TestOutside(t *testing.T) { t.Log(files.Where(), between.Where()) }
