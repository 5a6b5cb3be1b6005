// B12: the reader breaks out at the first match; the walker still has names to send.
package b12

import (
	"testing"
)

type dir struct {
	name string
	subs []*dir
}

func walk(d *dir, out chan<- string) {
	out <- d.name // want GL002
	for _, s := range d.subs {
		walk(s, out)
	}
}

func names(root *dir) (<-chan string, func()) {
	out := make(chan string)
	stop := make(chan struct{})
	go func() {
		defer close(out)
		walk(root, out)
	}()
	return out, func() { close(stop) }
}

func find(root *dir, name string) bool {
	found := false
	list, done := names(root)
	defer done()
	for n := range list {
		if n == name {
			found = true
			break
		}
	}
	return found
}

func TestEarlyBreak(t *testing.T) {
	root := &dir{"root", []*dir{{"etc", nil}, {"usr", []*dir{{"bin", nil}}}}}
	if !find(root, "etc") {
		t.Error("not found")
	}
}
