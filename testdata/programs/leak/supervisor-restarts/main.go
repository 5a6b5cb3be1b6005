package main

import (
	"log"
	"time"

	"fixtures.test/programs/internal/harness"
)

type feed struct {
	name    string
	items   chan int
	lives   int
	beating chan string
}

func (f *feed) run() {
	defer func() {
		if r := recover(); r != nil {
			log.Printf("%s: %v, restarting", f.name, r)
			f.lives++
			go f.run()
		}
	}()
	dead := make(chan struct{})
	go f.heartbeat(dead)
	prices := []int{10, 20, 30}
	for i := range f.items {
		f.beating <- f.name
		_ = prices[i]
	}
	close(dead)
}

func (f *feed) heartbeat(dead chan struct{}) {
	for {
		select { // MARK: BUG
		case <-dead:
			return
		case <-time.After(time.Minute):
			f.beating <- f.name
		}
	}
}

func main() {
	f := &feed{name: "nasdaq", items: make(chan int), beating: make(chan string, 64)}
	go f.run()
	n := 0
	harness.Every(10*time.Second, func() {
		n++
		for len(f.beating) > 0 {
			<-f.beating
		}
		f.items <- n % 2 * 3
	})
	harness.Run()
}
