package main

import (
	"fmt"
	"runtime"
	"sync"
	"time"
)

type board struct {
	mu    sync.Mutex
	marks map[int]int
}

func (b *board) play(player int, rounds int, wg *sync.WaitGroup) {
	defer wg.Done()
	if player == 0 {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
	}
	for i := 0; i < rounds; i++ {
		b.mu.Lock()
		b.marks[player]++
		b.mu.Unlock()
		time.Sleep(time.Millisecond)
	}
}

func main() {
	runtime.GOMAXPROCS(3)
	b := &board{marks: make(map[int]int)}
	var wg sync.WaitGroup
	for p := 0; p < 6; p++ {
		wg.Add(1)
		go b.play(p, 2500, &wg)
	}
	wg.Wait()
	fmt.Println(len(b.marks), "players")
}
