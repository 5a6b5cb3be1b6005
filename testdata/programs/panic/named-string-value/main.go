package main

import (
	"fmt"
	"sync"
)

type fault string

type machine struct {
	program []byte
	pc      int
	stack   []int
}

func (m *machine) step() bool {
	if m.pc >= len(m.program) {
		return false
	}
	switch op := m.program[m.pc]; op {
	case '1':
		m.stack = append(m.stack, 1)
	case '+':
		if len(m.stack) < 2 {
			panic(fault("stack underflow at " + string(rune('0'+m.pc)))) // MARK: BUG
		}
		n := len(m.stack)
		m.stack = append(m.stack[:n-2], m.stack[n-2]+m.stack[n-1])
	}
	m.pc++
	return true
}

func main() {
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		m := &machine{program: []byte("11++")}
		for m.step() {
		}
		fmt.Println(m.stack)
		wg.Done()
	}()
	wg.Wait()
}
