package dl005

import "sync"

func BadReceive() {
	var mu sync.Mutex
	done := make(chan struct{})
	mu.Lock()
	go func() {
		mu.Lock()
		mu.Unlock()
		close(done)
	}()
	<-done // want DL005 "holds a lock that the other side needs"
	mu.Unlock()
}

func BadWait() {
	var mu sync.Mutex
	var wg sync.WaitGroup
	wg.Add(1)
	mu.Lock()
	go func() {
		defer wg.Done()
		mu.Lock()
		mu.Unlock()
	}()
	wg.Wait() // want DL005 "holds a lock that the other side needs"
	mu.Unlock()
}

type hub struct {
	sync.Mutex
	events chan int
}

func (h *hub) emit(n int) {
	h.Lock()
	defer h.Unlock()
	h.events <- n // want DL005 "holds a lock that the other side needs"
}

func BadEmbedded() {
	h := &hub{events: make(chan int)}
	go h.emit(1)
	h.handleLater()
}

func (h *hub) handleLater() {
	h.Lock()
	h.Unlock()
	h.handleSecond()
}

func (h *hub) handleSecond() {
	h.Lock()
	defer h.Unlock()
	<-h.events // want DL005 "holds a lock that the other side needs"
}

func ask(mu sync.Locker, ch chan int) int {
	mu.Lock()
	defer mu.Unlock()
	return <-ch // want DL005 "holds a lock that the other side needs"
}

func BadParameter() {
	var mu sync.Mutex
	ch := make(chan int)
	go func() {
		mu.Lock()
		defer mu.Unlock()
		ch <- 1 // want DL005 "holds a lock that the other side needs"
	}()
	ask(&mu, ch)
}

func BadSelect() {
	var mu sync.Mutex
	a, b := make(chan int), make(chan int)
	mu.Lock()
	go func() {
		mu.Lock()
		defer mu.Unlock()
		a <- 1
	}()
	select { // want DL005 "holds a lock that the other side needs"
	case <-a:
	case <-b:
	}
	mu.Unlock()
}

func OkReceive() {
	var mu sync.Mutex
	done := make(chan struct{})
	mu.Lock()
	go func() {
		mu.Lock()
		mu.Unlock()
		close(done)
	}()
	mu.Unlock()
	<-done
}

func OkRoom() {
	var mu sync.Mutex
	ch := make(chan int, 1)
	go func() {
		mu.Lock()
		mu.Unlock()
		<-ch
	}()
	mu.Lock()
	ch <- 1
	mu.Unlock()
}

func OkOtherLock() {
	var mu, other sync.Mutex
	done := make(chan struct{})
	mu.Lock()
	go func() {
		other.Lock()
		other.Unlock()
		close(done)
	}()
	<-done
	mu.Unlock()
}

func OkNotNeeded() {
	var mu sync.Mutex
	ch := make(chan int)
	go func() { ch <- 1 }()
	mu.Lock()
	defer mu.Unlock()
	<-ch
}

func OkDefault() {
	var mu sync.Mutex
	ch := make(chan int)
	go func() {
		mu.Lock()
		mu.Unlock()
	}()
	mu.Lock()
	defer mu.Unlock()
	select {
	case <-ch:
	default:
	}
}
