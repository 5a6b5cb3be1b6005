package main

import (
	"fmt"
	"strings"
)

type listener struct {
	topics []string
}

func (l *listener) listen() {
	fmt.Println("listening to", strings.Join(l.topics, ", "))
	if len(l.topics) < 3 {
		fmt.Println("broker closed the connection")
		return
	}
	select {}
}

func main() {
	l := &listener{topics: []string{"orders", "payments"}}
	go l.listen()
	select {} // MARK: BUG
}
