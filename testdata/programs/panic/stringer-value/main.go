package main

import "fmt"

type state int

const (
	idle state = iota
	running
	stopped
)

func (s state) String() string {
	return [...]string{"idle", "running", "stopped"}[s]
}

type illegal struct{ from, to state }

func (i illegal) String() string {
	return fmt.Sprintf("illegal transition from %v to %v", i.from, i.to)
}

func transition(from, to state) state {
	if to < from {
		panic(illegal{from: from, to: to}) // MARK: BUG
	}
	return to
}

func main() {
	s := transition(idle, running)
	s = transition(s, stopped)
	fmt.Println(transition(s, idle))
}
