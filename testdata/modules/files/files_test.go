package files

import "testing"

func TestWhere(t *testing.T) { t.Log(Where()) }
