// B11: closing from the completion callback waits for the goroutine that runs the callback.
package b11

import (
	"sync"
	"testing"
)

type closer interface {
	Close()
}

type transferJob struct {
	wg         sync.WaitGroup
	chunks     []int
	onComplete func(c closer)
}

func (j *transferJob) Start() {
	j.wg.Add(1)
	go func() {
		defer j.wg.Done()
		j.transfer()
	}()
}

func (j *transferJob) transfer() {
	total := 0
	for _, c := range j.chunks {
		total += c
	}
	if total > 0 && j.onComplete != nil {
		j.onComplete(j)
	}
}

func (j *transferJob) Close() {
	j.wg.Wait() // want DL008|GL008|DL006
	j.chunks = nil
}

func TestJoinInCallback(t *testing.T) {
	closed := make(chan struct{})
	j := &transferJob{chunks: []int{1, 2}}
	j.onComplete = func(c closer) {
		c.Close()
		close(closed)
	}
	j.Start()
	<-closed // want DL008|GL003
}
