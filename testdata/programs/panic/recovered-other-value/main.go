package main

import (
	"fmt"
	"strings"
)

type decodeError struct {
	field string
	cause interface{}
}

func (e *decodeError) Error() string { return fmt.Sprintf("field %s: %v", e.field, e.cause) }

func decode(field, text string) int {
	var digits []int
	for _, r := range strings.TrimSpace(text) {
		digits = append(digits, int(r-'0'))
	}
	return digits[0] // MARK: FIRST
}

func guard(field string, f func()) {
	defer func() {
		if r := recover(); r != nil {
			panic(&decodeError{field: field, cause: r}) // MARK: WRAPPED
		}
	}()
	f()
}

type resource struct{ handles []int }

func (r *resource) release() {
	if len(r.handles) == 0 {
		panic("release of unused resource")
	}
	r.handles = r.handles[1:]
}

func main() {
	r := &resource{}
	defer r.release()
	guard("age", func() { fmt.Println(decode("age", " ")) })
}
