package main

import (
	"time"

	"fixtures.test/programs/internal/harness"
)

type token struct{ text string }

type parser struct {
	tokens chan token
	depth  int
}

func (p *parser) expression() int {
	return p.term()
}

func (p *parser) term() int {
	p.depth++
	return p.atom() + 1
}

func (p *parser) atom() int {
	t := <-p.tokens // MARK: BUG
	if t.text == "(" {
		return p.expression()
	}
	return len(t.text)
}

func parse(open int) {
	p := &parser{tokens: make(chan token, open)}
	for i := 0; i < open; i++ {
		p.tokens <- token{text: "("}
	}
	go p.expression()
}

func main() {
	harness.Every(30*time.Second, func() { parse(150) })
	harness.Run()
}
