package main

import (
	"fmt"
	"sync"
)

type finding struct {
	file string
	line int
}

func scan(file string) []finding {
	return []finding{{file: file, line: len(file)}}
}

func gather(files []string) []finding {
	var all []finding
	var wg sync.WaitGroup
	for _, f := range files {
		wg.Add(1)
		go func(file string) {
			defer wg.Done()
			all = append(all, scan(file)...) // MARK: APPEND
		}(f)
	}
	wg.Wait()
	return all
}

func main() {
	fmt.Println(len(gather([]string{"a.go", "b.go", "c.go", "d.go"})) > 0)
}
