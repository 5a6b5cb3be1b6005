// Package helper has two that talk.
package helper

// Pair asks and answers.
type Pair struct{ asks, answers chan int }

// NewPair has nobody who waits yet.
func NewPair() *Pair { return &Pair{asks: make(chan int), answers: make(chan int)} }

// Ask waits until the question is taken.
func (p *Pair) Ask() { p.asks <- 1 }

// WaitAsk waits for a question.
func (p *Pair) WaitAsk() { <-p.asks }

// Answer waits until the answer is taken.
func (p *Pair) Answer() { p.answers <- 1 }

// WaitAnswer waits for an answer.
func (p *Pair) WaitAnswer() { <-p.answers }
