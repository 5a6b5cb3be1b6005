// B08: each failing item reports, and the caller reads the errors only after all of them are done.
package b08

import (
	"errors"
	"sync"
	"testing"
)

type manifest struct {
	name    string
	invalid bool
}

type validator struct {
	errs chan error
}

func (v *validator) check(m manifest) {
	if m.invalid {
		v.errs <- errors.New("invalid " + m.name) // want GL002|DL008|DL007
	}
}

func (v *validator) all(items []manifest) []error {
	var wg sync.WaitGroup
	for _, m := range items {
		wg.Add(1)
		go func(m manifest) {
			defer wg.Done()
			v.check(m)
		}(m)
	}
	wg.Wait() // want DL008|GL008
	close(v.errs)
	var out []error
	for err := range v.errs {
		out = append(out, err)
	}
	return out
}

func TestErrorPerItem(t *testing.T) {
	items := []manifest{{name: "a", invalid: true}, {name: "b"}, {name: "c", invalid: true}}
	v := &validator{errs: make(chan error, 1)}
	if got := v.all(items); len(got) != 2 {
		t.Error(got)
	}
}
