package main

import (
	"fmt"
	"strings"
	"sync"
)

type codec struct {
	names map[byte]string
}

func newCodec() *codec {
	c := &codec{names: make(map[byte]string)} // MARK: INIT
	for i := byte('a'); i < 'e'; i++ {
		c.names[i] = strings.Repeat(string(rune(i)), 2)
	}
	return c
}

type registry struct {
	mu  sync.Mutex
	enc *codec
}

func (r *registry) codec() *codec {
	if r.enc == nil { // MARK: CHECK
		r.mu.Lock()
		defer r.mu.Unlock()
		if r.enc == nil {
			r.enc = newCodec() // MARK: STORE
		}
	}
	return r.enc // MARK: USE
}

func main() {
	r := &registry{}
	var wg sync.WaitGroup
	for i := 0; i < 4; i++ {
		wg.Add(1)
		go func() {
			defer wg.Done()
			_ = r.codec().names['a']
		}()
	}
	wg.Wait()
	fmt.Println(len(r.codec().names))
}
