package main

import (
	"sync"
	"time"

	"fixtures.test/programs/internal/harness"
)

type limitedGroup struct {
	wg  sync.WaitGroup
	sem chan struct{}
}

func (g *limitedGroup) Go(task func()) {
	g.sem <- struct{}{} // MARK: BUG
	g.wg.Add(1)
	go func() {
		defer func() {
			<-g.sem
			g.wg.Done()
		}()
		task()
	}()
}

type indexer struct {
	g     *limitedGroup
	mu    sync.Mutex
	files int
}

func (ix *indexer) folder(depth int) {
	time.Sleep(2 * time.Millisecond)
	for i := 0; i < 2; i++ {
		if depth == 0 {
			ix.mu.Lock()
			ix.files++
			ix.mu.Unlock()
			continue
		}
		ix.g.Go(func() { ix.folder(depth - 1) })
	}
}

func main() {
	harness.Every(30*time.Second, func() {
		ix := &indexer{g: &limitedGroup{sem: make(chan struct{}, 2)}}
		ix.g.Go(func() { ix.folder(3) })
		ix.g.Go(func() { ix.folder(3) })
	})
	harness.Run()
}
