// B14: one goroutine is responsible for several counts, and gives back each of them.
package b14

import (
	"sync"
	"testing"
)

type mail struct{ to string }

type outbox struct {
	pending sync.WaitGroup
	queue   chan mail
	sent    int
}

func (o *outbox) loop() {
	for range o.queue {
		o.sent++
		o.pending.Done()
	}
}

func (o *outbox) post(mails ...mail) {
	o.pending.Add(len(mails))
	for _, m := range mails {
		o.queue <- m
	}
}

func TestDonePerItem(t *testing.T) {
	o := &outbox{queue: make(chan mail)}
	go o.loop()
	o.post(mail{"a"}, mail{"b"})
	o.post(mail{"c"})
	o.pending.Wait()
	close(o.queue)
}
