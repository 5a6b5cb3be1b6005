// Bugs that hide behind fields, interfaces, callbacks and several rounds, and their corrections.
package program

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"
)

// A broker whose lock is held while it hands out messages, and subscribers that need the lock to leave.
type broker struct {
	mu   sync.Mutex
	subs map[string]*subscriber
}

type subscriber struct {
	name   string
	events chan string
	broker *broker
}

func (b *broker) subscribe(name string, room int) *subscriber {
	b.mu.Lock()
	defer b.mu.Unlock()
	s := &subscriber{name: name, events: make(chan string, room), broker: b}
	b.subs[name] = s
	return s
}

func (b *broker) publish(event string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, s := range b.subs {
		s.events <- event
	}
}

func (b *broker) publishUnlocked(event string) {
	b.mu.Lock()
	var all []*subscriber
	for _, s := range b.subs {
		all = append(all, s)
	}
	b.mu.Unlock()
	for _, s := range all {
		s.events <- event
	}
}

func (s *subscriber) leave() {
	s.broker.mu.Lock()
	delete(s.broker.subs, s.name)
	s.broker.mu.Unlock()
}

// want Deadlock: chan send, lock
func TestBadPublishWhileLocked(t *testing.T) {
	b := &broker{subs: map[string]*subscriber{}}
	s := b.subscribe("a", 0)
	go func() {
		<-s.events
		s.leave()
	}()
	b.publish("one")
	b.publish("two")
}

// Still one message too many, but nobody is kept from anything.
// want Deadlock: chan send
func TestBadPublishToWhoLeft(t *testing.T) {
	b := &broker{subs: map[string]*subscriber{}}
	s := b.subscribe("a", 0)
	go func() {
		<-s.events
		s.leave()
	}()
	b.publishUnlocked("one")
	b.publishUnlocked("two")
}

func TestOkPublishWithRoom(t *testing.T) {
	b := &broker{subs: map[string]*subscriber{}}
	s := b.subscribe("a", 2)
	go func() {
		<-s.events
		s.leave()
	}()
	b.publish("one")
	b.publish("two")
}

// A loop that has ended still gets requests.
type loop struct {
	requests chan func()
	quit     chan struct{}
	done     chan struct{}
}

func newLoop() *loop {
	l := &loop{requests: make(chan func()), quit: make(chan struct{}), done: make(chan struct{})}
	go l.run()
	return l
}

func (l *loop) run() {
	defer close(l.done)
	for {
		select {
		case f := <-l.requests:
			f()
		case <-l.quit:
			return
		}
	}
}

func (l *loop) do(f func()) {
	l.requests <- f
}

func (l *loop) doOrGiveUp(f func()) {
	select {
	case l.requests <- f:
	case <-l.done:
	}
}

func (l *loop) stop() {
	close(l.quit)
	<-l.done
}

// want Leak: chan send
func TestBadRequestAfterStop(t *testing.T) {
	l := newLoop()
	go l.do(func() {})
	l.stop()
}

func TestOkRequestOrDone(t *testing.T) {
	l := newLoop()
	go l.doOrGiveUp(func() {})
	l.stop()
}

// The loop waits for itself.
// want Deadlock: chan receive, chan receive
func TestBadStopFromInside(t *testing.T) {
	l := newLoop()
	finished := make(chan struct{})
	l.do(func() {
		l.stop()
		close(finished)
	})
	<-finished
}

// Two rounds are needed before there is no room.
// want Leak: chan send
func TestBadSecondResultUnread(t *testing.T) {
	results := make(chan error, 1)
	for i := 0; i < 3; i++ {
		go func(n int) {
			results <- fmt.Errorf("worker %d", n)
		}(i)
	}
	<-results
}

func TestOkRoomForAll(t *testing.T) {
	results := make(chan error, 3)
	for i := 0; i < 3; i++ {
		go func(n int) {
			results <- fmt.Errorf("worker %d", n)
		}(i)
	}
	<-results
}

// The cancel function is kept in a field that nobody calls.
type session struct {
	ctx    context.Context
	cancel context.CancelFunc
	wg     sync.WaitGroup
}

func newSession(parent context.Context) *session {
	s := &session{}
	s.ctx, s.cancel = context.WithCancel(parent)
	s.wg.Add(1)
	go s.watch()
	return s
}

func (s *session) watch() {
	defer s.wg.Done()
	ticker := time.NewTicker(time.Second)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
		case <-s.ctx.Done():
			return
		}
	}
}

func (s *session) close(really bool) {
	if really {
		s.cancel()
	}
	s.wg.Wait()
}

func TestOkSessionClosed(t *testing.T) {
	s := newSession(context.Background())
	s.close(true)
}

// A ticker keeps the goroutine going, so that it is not blocked for good; the one that waits for it is.
// want Deadlock: sync.WaitGroup.Wait
func TestBadSessionWaitsForTicker(t *testing.T) {
	s := newSession(context.Background())
	s.close(false)
}

// A read lock is held while a condition waits for a writer.
type registry struct {
	mu    sync.RWMutex
	cond  *sync.Cond
	ready bool
}

func newRegistry() *registry {
	r := &registry{}
	r.cond = sync.NewCond(r.mu.RLocker())
	return r
}

func (r *registry) wait() {
	r.mu.RLock()
	defer r.mu.RUnlock()
	for !r.ready {
		r.cond.Wait()
	}
}

func (r *registry) set() {
	r.mu.Lock()
	r.ready = true
	r.mu.Unlock()
	r.cond.Broadcast()
}

func TestOkReadLockerCondition(t *testing.T) {
	r := newRegistry()
	go r.set()
	r.wait()
}

// want Deadlock: lock, sync.Cond.Wait
func TestBadConditionUnderSecondReadLock(t *testing.T) {
	r := newRegistry()
	go r.set()
	r.mu.RLock()
	r.wait()
	r.mu.RUnlock()
}

// The timer's channel is read again after it was stopped.
// want Deadlock: chan receive
func TestBadTimerDrainedTwice(t *testing.T) {
	timer := time.NewTimer(time.Second)
	<-timer.C
	if !timer.Stop() {
		<-timer.C
	}
}

func TestOkTimerDrainedOnce(t *testing.T) {
	timer := time.NewTimer(time.Second)
	if !timer.Stop() {
		<-timer.C
	}
}

// An error path that never produces the value somebody waits for.
type store interface {
	load(key string) (string, error)
}

type failing struct{}

func (failing) load(key string) (string, error) { return "", errors.New(key) }

type working struct{ values map[string]string }

func (w working) load(key string) (string, error) { return w.values[key], nil }

func ask(s store, key string) string {
	answer := make(chan string)
	go func() {
		v, err := s.load(key)
		if err != nil {
			return
		}
		answer <- v
	}()
	return <-answer
}

// want Deadlock: chan receive
func TestBadErrorGivesNoAnswer(t *testing.T) {
	ask(failing{}, "a")
}

func TestOkAnswer(t *testing.T) {
	ask(working{values: map[string]string{"a": "b"}}, "a")
}

// Wait inside the loop that adds.
// want Deadlock: sync.WaitGroup.Wait
func TestBadWaitInLoop(t *testing.T) {
	var wg sync.WaitGroup
	items := []int{1, 2}
	wg.Add(len(items))
	for range items {
		go func() {
			defer wg.Done()
		}()
		wg.Wait()
	}
}

// A callback in a field that takes the same lock.
type watcher struct {
	mu       sync.Mutex
	state    int
	onChange func(int)
}

func (w *watcher) set(n int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.state = n
	if w.onChange != nil {
		w.onChange(n)
	}
}

func (w *watcher) get() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.state
}

// want Deadlock: lock
func TestBadCallbackLocks(t *testing.T) {
	w := &watcher{}
	w.onChange = func(int) {
		t.Log(w.get())
	}
	w.set(1)
}

func TestOkCallbackWithoutLock(t *testing.T) {
	w := &watcher{}
	w.onChange = func(n int) {
		t.Log(n)
	}
	w.set(1)
}

// A close that only runs when what it would release has ended.
// want Deadlock: sync.WaitGroup.Wait, chan receive
func TestBadDeferredCloseTooLate(t *testing.T) {
	jobs := make(chan int)
	var wg sync.WaitGroup
	defer close(jobs)
	wg.Add(1)
	go func() {
		defer wg.Done()
		for range jobs {
		}
	}()
	jobs <- 1
	wg.Wait()
}

func TestOkCloseBeforeWait(t *testing.T) {
	jobs := make(chan int)
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		defer wg.Done()
		for range jobs {
		}
	}()
	jobs <- 1
	close(jobs)
	wg.Wait()
}

// A test that stops in the middle has failed already: what it leaves behind is not news.
func TestOkFatalLeavesWorker(t *testing.T) {
	out := make(chan int)
	go func() {
		out <- 1
	}()
	if external() == nil {
		t.Fatal("no")
	}
	<-out
}

func external() error

func TestOkSubtests(t *testing.T) {
	for _, name := range []string{"a", "b"} {
		t.Run(name, func(t *testing.T) {
			done := make(chan struct{})
			t.Cleanup(func() { close(done) })
			go func() { <-done }()
		})
	}
}

// A generic queue.
type box[T any] struct {
	mu    sync.Mutex
	items chan T
}

func newBox[T any](n int) *box[T] { return &box[T]{items: make(chan T, n)} }

func (b *box[T]) put(v T) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.items <- v
}

func (b *box[T]) take() T {
	b.mu.Lock()
	defer b.mu.Unlock()
	return <-b.items
}

// want Deadlock: lock, chan receive
func TestBadGenericTakeBlocksPut(t *testing.T) {
	b := newBox[string](1)
	go b.put("a")
	b.take()
}

func TestOkGeneric(t *testing.T) {
	b := newBox[string](1)
	b.put("a")
	b.take()
}
