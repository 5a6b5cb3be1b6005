package main

import (
	"time"

	"fixtures.test/programs/internal/harness"
)

type task struct {
	name   string
	notify chan<- string
}

type option func(*task)

func withNotify(ch chan<- string) option {
	return func(t *task) { t.notify = ch }
}

func start(name string, opts ...option) *task {
	t := &task{name: name}
	for _, o := range opts {
		o(t)
	}
	go t.run()
	return t
}

func (t *task) run() {
	time.Sleep(5 * time.Millisecond)
	t.finish("done")
}

func (t *task) finish(status string) {
	t.notify <- t.name + ": " + status // MARK: BUG
}

func main() {
	ended := make(chan string, 1)
	harness.Every(10*time.Second, func() {
		start("compact", withNotify(ended))
		<-ended
		start("vacuum")
	})
	harness.Run()
}
