package main

import (
	"fmt"
	"runtime"
	"sync"
)

type indexer struct {
	wg    sync.WaitGroup
	terms chan string
}

func (ix *indexer) run() {
	defer ix.wg.Done()
	for t := range ix.terms {
		fmt.Println("indexed", t)
	}
}

// serve hands the process over to the background goroutines.
func (ix *indexer) serve() {
	close(ix.terms)
	runtime.Goexit()
}

func main() {
	ix := &indexer{terms: make(chan string, 2)}
	ix.wg.Add(1)
	go ix.run()
	ix.terms <- "go"
	ix.serve()
}
