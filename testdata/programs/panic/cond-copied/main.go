package main

import (
	"fmt"
	"sync"
)

type mailbox struct {
	mu    *sync.Mutex
	mails []string
	some  sync.Cond
}

func newMailbox() *mailbox {
	mu := &sync.Mutex{}
	return &mailbox{mu: mu, some: sync.Cond{L: mu}}
}

func (m *mailbox) deliver(mail string) {
	m.mu.Lock()
	m.mails = append(m.mails, mail)
	m.mu.Unlock()
	m.some.Signal()
}

func (m *mailbox) receive() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	for len(m.mails) == 0 {
		m.some.Wait() // MARK: BUG
	}
	mail := m.mails[0]
	m.mails = m.mails[1:]
	return mail
}

func (m *mailbox) empty() *mailbox {
	c := *m
	c.mails = nil
	return &c
}

func main() {
	m := newMailbox()
	m.deliver("hello")
	fmt.Println(m.receive())
	fmt.Println(m.empty().receive())
}
