package main

import (
	"fmt"
	"strconv"
)

type window struct {
	slots chan struct{}
}

func newWindow(setting string) (*window, error) {
	size, err := strconv.Atoi(setting)
	if err != nil {
		return nil, err
	}
	return &window{slots: make(chan struct{}, size)}, nil // MARK: BUG
}

func main() {
	for _, setting := range []string{"16", "-1"} {
		w, err := newWindow(setting)
		if err != nil {
			fmt.Println(err)
			continue
		}
		fmt.Println(cap(w.slots), "slots")
	}
}
