package main

import (
	"fmt"
	"time"

	"fixtures.test/programs/internal/harness"
)

type frontier struct {
	queue chan string
	seen  chan map[string]bool
}

func (f *frontier) add(url string) {
	f.queue <- url // MARK: BUG
}

func (f *frontier) visit(url string) []string {
	seen := <-f.seen
	defer func() { f.seen <- seen }()
	if seen[url] || len(url) > 12 {
		return nil
	}
	seen[url] = true
	links := make([]string, 0, 4)
	for i := 0; i < 4; i++ {
		links = append(links, fmt.Sprintf("%s/%d", url, i))
	}
	return links
}

func (f *frontier) worker() {
	for url := range f.queue {
		for _, link := range f.visit(url) {
			f.add(link)
		}
	}
}

func main() {
	harness.Every(60*time.Second, func() {
		f := &frontier{queue: make(chan string, 4), seen: make(chan map[string]bool, 1)}
		f.seen <- make(map[string]bool)
		for i := 0; i < 3; i++ {
			go f.worker()
		}
		f.queue <- ""
	})
	harness.Run()
}
