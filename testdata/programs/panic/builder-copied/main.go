package main

import (
	"fmt"
	"strings"
)

type page struct {
	title string
	out   strings.Builder
}

func (p *page) line(text string) {
	p.out.WriteString(text) // MARK: BUG
	p.out.WriteByte('\n')
}

func translate(p page, to string) string {
	p.line("language: " + to)
	return p.out.String()
}

func main() {
	p := page{title: "Stock"}
	p.line(p.title)
	fmt.Print(translate(p, "no"))
}
