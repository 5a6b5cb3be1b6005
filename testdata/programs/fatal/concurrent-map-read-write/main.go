package main

import (
	"fmt"
	"strconv"
)

type flags struct {
	on map[string]bool
}

func (f *flags) enabled(name string) bool {
	return f.on[name] // MARK: READ
}

func (f *flags) set(name string, on bool) {
	f.on[name] = on // MARK: WRITE
}

func (f *flags) poll() {
	for i := 0; ; i++ {
		f.set("flag-"+strconv.Itoa(i%100), i%3 == 0)
	}
}

func (f *flags) requests(n int) int {
	hits := 0
	for i := 0; i < n; i++ {
		if f.enabled("flag-" + strconv.Itoa(i%100)) {
			hits++
		}
	}
	return hits
}

func main() {
	f := &flags{on: make(map[string]bool)}
	go f.poll()
	fmt.Println(f.requests(1 << 30))
}
