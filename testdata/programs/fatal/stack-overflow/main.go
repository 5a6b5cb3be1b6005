package main

import (
	"fmt"
	"runtime/debug"
	"strings"
)

type resolver struct {
	vars  map[string]string
	depth int
}

func (r *resolver) expand(text string) string {
	r.depth++
	begin := strings.IndexByte(text, '$')
	if begin < 0 {
		return text
	}
	return text[:begin] + r.expand(r.vars[text[begin+1:]]) // MARK: BUG
}

func main() {
	debug.SetMaxStack(4 << 20)
	r := &resolver{vars: map[string]string{"home": "/home/$user", "user": "u-$home"}}
	fmt.Println(r.expand("plain"))
	fmt.Println(r.expand("$home"))
}
