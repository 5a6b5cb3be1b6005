// Channels whose other end goes away, never comes, or has no room.
package program

import (
	"context"
	"errors"
	"io"
	"math/rand"
	"sync/atomic"
	"testing"
	"time"
)

func compute() int { return 42 }

// The parent gives up, and the sender stays.
// want Leak: chan send
func TestBadTimeoutAbandonsSender(t *testing.T) {
	result := make(chan int)
	go func() {
		result <- compute()
	}()
	select {
	case <-result:
	case <-time.After(time.Second):
	}
}

func TestOkTimeoutWithRoom(t *testing.T) {
	result := make(chan int, 1)
	go func() {
		result <- compute()
	}()
	select {
	case <-result:
	case <-time.After(time.Second):
	}
}

// want Leak: chan send
func TestBadErrorReturnsFirst(t *testing.T) {
	if err := fetch(t); err != nil {
		t.Log(err)
	}
}

func fetch(t *testing.T) error {
	values := make(chan int)
	failed := make(chan error)
	go func() {
		values <- compute()
	}()
	go func() {
		failed <- errors.New("no")
	}()
	select {
	case <-values:
	case err := <-failed:
		return err
	}
	<-failed
	return nil
}

type pipeline struct {
	in   chan int
	done chan struct{}
}

func (p *pipeline) run() {
	for v := range p.in {
		_ = v
	}
	close(p.done)
}

// want Leak: chan receive
func TestBadRangeNeverClosed(t *testing.T) {
	p := &pipeline{in: make(chan int), done: make(chan struct{})}
	go p.run()
	for i := 0; i < 3; i++ {
		p.in <- i
	}
}

func TestOkRangeClosed(t *testing.T) {
	p := &pipeline{in: make(chan int), done: make(chan struct{})}
	go p.run()
	for i := 0; i < 3; i++ {
		p.in <- i
	}
	close(p.in)
	<-p.done
}

// want Deadlock: chan send
func TestBadSendToSelf(t *testing.T) {
	ch := make(chan int, 2)
	for i := 0; i < 3; i++ {
		ch <- i
	}
	<-ch
}

func TestOkSendToSelf(t *testing.T) {
	ch := make(chan int, 3)
	for i := 0; i < 3; i++ {
		ch <- i
	}
	<-ch
}

// want Leak: select
func TestBadWorkerWithoutStop(t *testing.T) {
	jobs := make(chan int)
	stop := make(chan struct{})
	go worker(jobs, stop)
	jobs <- 1
}

func TestOkWorkerStopped(t *testing.T) {
	jobs := make(chan int)
	stop := make(chan struct{})
	go worker(jobs, stop)
	jobs <- 1
	close(stop)
}

func worker(jobs <-chan int, stop <-chan struct{}) {
	for {
		select {
		case j := <-jobs:
			_ = j
		case <-stop:
			return
		}
	}
}

// want Leak: chan receive
func TestBadCancelDropped(t *testing.T) {
	ctx, _ := context.WithCancel(context.Background())
	go func() {
		<-ctx.Done()
	}()
}

func TestOkCancelDeferred(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	go func() {
		<-ctx.Done()
	}()
}

func TestOkDeadline(t *testing.T) {
	ctx, _ := context.WithTimeout(context.Background(), time.Second)
	go func() {
		<-ctx.Done()
	}()
}

// want SendOnClosed
func TestBadSendAfterClose(t *testing.T) {
	ch := make(chan int, 1)
	go func() {
		ch <- 1
	}()
	close(ch)
}

// want CloseOfClosed
func TestBadTwoClosers(t *testing.T) {
	done := make(chan struct{})
	for i := 0; i < 2; i++ {
		go func() {
			select {
			case <-done:
			default:
				close(done)
			}
		}()
	}
	<-done
}

// want Leak: chan receive (nil chan)
func TestBadNilChannel(t *testing.T) {
	var ch chan int
	go func() {
		<-ch
	}()
}

// The consumer watches the context, the producer does not.
// want Leak: chan send
func TestBadOneEndCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	items := make(chan int)
	go func() {
		for i := 0; i < 3; i++ {
			items <- i
		}
		close(items)
	}()
	for {
		select {
		case _, ok := <-items:
			if !ok {
				return
			}
			if compute() == 42 {
				return
			}
		case <-ctx.Done():
			return
		}
	}
}

func TestOkBothEndsCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	items := make(chan int)
	go func() {
		defer close(items)
		for i := 0; i < 3; i++ {
			select {
			case items <- i:
			case <-ctx.Done():
				return
			}
		}
	}()
	for v := range items {
		if v == 1 {
			return
		}
	}
}

// The reader gives up without closing its end.
// want Leak: select
func TestBadPipeReaderGone(t *testing.T) {
	r, w := io.Pipe()
	go func() {
		defer w.Close()
		w.Write([]byte("a"))
		w.Write([]byte("b"))
	}()
	r.Read(make([]byte, 1))
}

func TestOkPipeReaderCloses(t *testing.T) {
	r, w := io.Pipe()
	go func() {
		defer w.Close()
		w.Write([]byte("a"))
		w.Write([]byte("b"))
	}()
	r.Read(make([]byte, 1))
	r.Close()
}

// want Leak: chan send
func TestBadRandomWay(t *testing.T) {
	ch := make(chan int)
	go func() { ch <- 1 }()
	if rand.Intn(10) < 3 {
		return
	}
	<-ch
}

func TestOkRandomWays(t *testing.T) {
	ch := make(chan int, 1)
	go func() { ch <- 1 }()
	if rand.Float64() < 0.5 {
		return
	}
	<-ch
}

// Whoever is left behind when the test has given up is not the fault.
func TestOkLeftBehindByFailedTest(t *testing.T) {
	quit := make(chan bool)
	go func() { <-quit }()
	select {
	case quit <- true:
	case <-time.After(time.Second):
		t.Fatal("nobody takes it")
	}
}

// Whoever hangs already is.
// want Leak: chan send
func TestBadHangsBeforeTestGivesUp(t *testing.T) {
	first, second := make(chan int), make(chan int)
	go func() {
		second <- 1
		first <- 1
	}()
	select {
	case <-first:
	case <-time.After(time.Second):
		t.Fatal("no answer")
	}
}

type poller struct {
	stop, done     chan struct{}
	rounds, active int
	asked          atomic.Int32
	bytes          int32
}

// It counts for ever: no round is like the one before, except that nobody reads the counts.
func (p *poller) loop() {
	defer close(p.done)
	for {
		select {
		case <-p.stop:
			break
		default:
			p.rounds++
			p.bytes += 2 * p.bytes
			p.asked.Add(1)
			atomic.AddInt32(&p.bytes, 1)
		}
	}
}

// want Deadlock: chan receive
func TestBadBreakLeavesOnlyTheSelect(t *testing.T) {
	p := &poller{stop: make(chan struct{}), done: make(chan struct{})}
	go p.loop()
	close(p.stop)
	<-p.done
}

func (p *poller) some() {
	defer close(p.done)
	for {
		p.active++
		if p.active == 3 {
			return
		}
	}
}

func TestOkCountThatDecides(t *testing.T) {
	p := &poller{done: make(chan struct{})}
	go p.some()
	<-p.done
}
