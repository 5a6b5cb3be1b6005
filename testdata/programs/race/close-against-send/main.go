package main

import (
	"fmt"
	"sync"
	"time"
)

type progress struct {
	percent chan int
}

func (p *progress) report(done, total int) {
	p.percent <- done * 100 / total // MARK: SEND
}

func (p *progress) finish() {
	time.Sleep(300 * time.Millisecond)
	close(p.percent) // MARK: CLOSE
}

func main() {
	p := &progress{percent: make(chan int, 10)}
	var wg sync.WaitGroup
	wg.Add(2)
	go func() {
		defer wg.Done()
		p.report(1, 2)
		p.report(2, 2)
	}()
	go func() {
		defer wg.Done()
		p.finish()
	}()
	wg.Wait()
	for v := range p.percent {
		fmt.Println(v, "%")
	}
}
