package main

import (
	"fmt"
	"sync"
)

type thumb struct{ w, h int }

func (t *thumb) scale(to int) int {
	return t.h * to / t.w // MARK: BUG
}

type gallery struct {
	wg   sync.WaitGroup
	dirs [][]thumb
}

func (g *gallery) one(t thumb) {
	fmt.Println(t.scale(64))
	g.wg.Done()
}

func (g *gallery) dir(ts []thumb) {
	defer g.wg.Done()
	for _, t := range ts {
		g.wg.Add(1)
		go g.one(t)
	}
}

func (g *gallery) all() {
	defer g.wg.Done()
	for _, d := range g.dirs {
		g.wg.Add(1)
		go g.dir(d)
	}
}

func main() {
	g := &gallery{dirs: [][]thumb{{{640, 480}}, {{0, 480}}}}
	g.wg.Add(1)
	go g.all()
	g.wg.Wait()
}
