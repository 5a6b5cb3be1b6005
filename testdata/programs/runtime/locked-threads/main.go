package main

import (
	"runtime"
	"time"

	"fixtures.test/programs/internal/harness"
)

type context struct {
	window int
	vsync  chan struct{}
	frames int
}

func (c *context) render() {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	for {
		c.draw()
		c.flip()
	}
}

func (c *context) draw() { c.frames++ }

func (c *context) flip() {
	<-c.vsync // MARK: BUG
}

func main() {
	harness.Also("threadcreate")
	window := 0
	harness.Every(10*time.Second, func() {
		window++
		c := &context{window: window, vsync: make(chan struct{}, 2)}
		c.vsync <- struct{}{}
		go c.render()
	})
	harness.Run()
}
