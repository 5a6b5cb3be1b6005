package main

import (
	"crypto/sha256"
	"fmt"
	"sync"
)

type digest struct {
	name string
	sum  [32]byte
}

func hashOne(wg *sync.WaitGroup, name string, out chan<- digest) {
	defer wg.Done()
	out <- digest{name: name, sum: sha256.Sum256([]byte(name))} // MARK: SEND
}

func hashAll(names []string) map[string][32]byte {
	var wg sync.WaitGroup
	out := make(chan digest)
	for _, n := range names {
		wg.Add(1)
		go hashOne(&wg, n, out)
	}
	wg.Wait() // MARK: WAIT
	close(out)
	sums := make(map[string][32]byte)
	for d := range out {
		sums[d.name] = d.sum
	}
	return sums
}

func main() {
	sums := hashAll([]string{"layer-1", "layer-2", "layer-3"})
	fmt.Println(len(sums))
}
