// B11: the handler tells the loop to stop, and only the owner waits for its end.
package b11

import (
	"sync"
	"testing"
)

type timerLoop struct {
	ticks chan int
	quit  chan struct{}
	once  sync.Once
	wg    sync.WaitGroup
}

func (l *timerLoop) requestStop() {
	l.once.Do(func() { close(l.quit) })
}

func (l *timerLoop) run(onTick func(int)) {
	defer l.wg.Done()
	for {
		select {
		case n := <-l.ticks:
			onTick(n)
		case <-l.quit:
			return
		}
	}
}

func TestStopWithoutJoin(t *testing.T) {
	l := &timerLoop{ticks: make(chan int, 2), quit: make(chan struct{})}
	l.wg.Add(1)
	go l.run(func(n int) {
		if n == 1 {
			l.requestStop()
		}
	})
	l.ticks <- 0
	l.ticks <- 1
	l.wg.Wait()
}
