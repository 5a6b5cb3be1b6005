package main

import (
	"fmt"
	"sync"
	"time"
)

// Notifier queues events for one listener.
type Notifier struct {
	queue chan string
	wg    sync.WaitGroup
}

// Notify queues an event.
func (n *Notifier) Notify(event string) {
	n.queue <- event // MARK: BUG
}

// Close ends the delivery.
func (n *Notifier) Close() {
	close(n.queue)
	n.wg.Wait()
}

func (n *Notifier) deliver() {
	defer n.wg.Done()
	for e := range n.queue {
		fmt.Println("event", e)
	}
}

func main() {
	n := &Notifier{queue: make(chan string, 4)}
	n.wg.Add(1)
	go n.deliver()
	n.Notify("started")
	time.AfterFunc(10*time.Millisecond, func() { n.Notify("flushed") })
	n.Close()
	time.Sleep(time.Second)
}
