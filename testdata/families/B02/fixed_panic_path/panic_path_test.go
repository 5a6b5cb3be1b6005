// B02: a handler that panics is recovered above, but the lock it held stays locked.
package b02

import (
	"fmt"
	"sync"
	"testing"
)

type handler func(args []string) string

type router struct {
	mu       sync.Mutex
	handlers map[string]handler
	calls    int
}

func (r *router) dispatch(name string, args []string) (out string, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("handler %s: %v", name, p)
		}
	}()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.calls++
	out = r.handlers[name](args)
	return out, nil
}

func TestPanicPath(t *testing.T) {
	r := &router{handlers: map[string]handler{
		"echo": func(args []string) string {
			if len(args) == 0 {
				panic("no arguments")
			}
			return args[0]
		},
	}}
	if _, err := r.dispatch("echo", nil); err == nil {
		t.Error("no error")
	}
	if out, _ := r.dispatch("echo", []string{"a"}); out != "a" {
		t.Error(out)
	}
}
