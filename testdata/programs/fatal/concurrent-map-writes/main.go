package main

import (
	"fmt"
	"sync"
)

type visits struct {
	byPage map[int]int
}

func (v *visits) count(page int) {
	v.byPage[page]++ // MARK: BUG
}

func (v *visits) visitor(n int, wg *sync.WaitGroup) {
	defer wg.Done()
	for i := 0; i < n; i++ {
		v.count(i % 512)
	}
}

func main() {
	v := &visits{byPage: make(map[int]int)}
	var wg sync.WaitGroup
	for i := 0; i < 4; i++ {
		wg.Add(1)
		go v.visitor(200000000, &wg)
	}
	wg.Wait()
	fmt.Println(len(v.byPage))
}
