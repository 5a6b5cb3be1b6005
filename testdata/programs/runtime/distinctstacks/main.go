// Distinctstacks writes goroutine profiles in which every goroutine has a
// stack of its own: each one takes its own way through a tree of calls.
//
//	distinctstacks -stacks 100000 -debug1 stacks.debug1.txt -proto stacks.pb.gz
package main

import (
	"flag"
	"log"
	"os"
	"runtime/pprof"
	"sync"
)

// levels is the depth of the tree; 2^levels ways lead through it. With the
// frames around it a stack stays below the 32 that Go keeps before 1.23.
const levels = 20

// visit is one way through the tree: bit i of path decides at level i.
type visit struct {
	path    int
	arrived *sync.WaitGroup
	release <-chan struct{}
}

//go:noinline
func (v *visit) left(level int) int {
	if level == levels {
		return v.stay()
	}
	if v.path>>uint(level)&1 == 0 {
		return v.left(level+1) + 1
	}
	return v.right(level+1) + 1
}

//go:noinline
func (v *visit) right(level int) int {
	if level == levels {
		return v.stay()
	}
	if v.path>>uint(level)&1 == 0 {
		return v.left(level+1) + 2
	}
	return v.right(level+1) + 2
}

func (v *visit) stay() int {
	v.arrived.Done()
	<-v.release
	return 0
}

func write(path string, debug int) {
	if path == "" {
		return
	}
	f, err := os.Create(path)
	if err != nil {
		log.Fatal(err)
	}
	if err := pprof.Lookup("goroutine").WriteTo(f, debug); err != nil {
		log.Fatal(err)
	}
	if err := f.Close(); err != nil {
		log.Fatal(err)
	}
}

func main() {
	stacks := flag.Int("stacks", 1000, "how many goroutines, each with its own stack")
	text := flag.String("debug1", "", "write the text form here")
	proto := flag.String("proto", "", "write the protobuf form here")
	flag.Parse()
	if *stacks > 1<<levels {
		log.Fatalf("at most %d stacks", 1<<levels)
	}

	release := make(chan struct{})
	var arrived sync.WaitGroup
	arrived.Add(*stacks)
	for i := 0; i < *stacks; i++ {
		v := &visit{path: i, arrived: &arrived, release: release}
		go v.left(0)
	}
	arrived.Wait()
	write(*text, 1)
	write(*proto, 0)
}
