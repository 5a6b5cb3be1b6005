package main

import (
	"bytes"
	"fmt"
	"sync"
)

type pool struct{ p sync.Pool }

func (p *pool) get() *bytes.Buffer {
	b := p.p.Get().(*bytes.Buffer) // MARK: BUG
	b.Reset()
	return b
}

func render(p *pool, name string) string {
	b := p.get()
	defer p.p.Put(b)
	fmt.Fprintf(b, "<b>%s</b>", name)
	return b.String()
}

func main() {
	p := &pool{}
	fmt.Println(render(p, "ann"))
}
