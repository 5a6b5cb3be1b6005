// Locks taken twice, kept, or taken in two orders.
package program

import (
	"fmt"
	"sync"
	"testing"
)

type account struct {
	mu      sync.Mutex
	balance int
}

func (a *account) get() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.balance
}

func (a *account) double() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.balance = 2 * a.get()
}

func (a *account) doubleRight() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.balance = 2 * a.balance
}

// want Deadlock: lock
func TestBadLockTwice(t *testing.T) {
	a := &account{}
	a.double()
}

func TestOkLockOnce(t *testing.T) {
	a := &account{}
	a.doubleRight()
	a.get()
}

func transfer(from, to *account, amount int) {
	from.mu.Lock()
	defer from.mu.Unlock()
	to.mu.Lock()
	defer to.mu.Unlock()
	from.balance -= amount
	to.balance += amount
}

// want Deadlock: lock, lock, sync.WaitGroup.Wait
func TestBadLockOrder(t *testing.T) {
	a, b := &account{}, &account{}
	var wg sync.WaitGroup
	wg.Add(2)
	go func() {
		defer wg.Done()
		transfer(a, b, 1)
	}()
	go func() {
		defer wg.Done()
		transfer(b, a, 2)
	}()
	wg.Wait()
}

func TestOkLockOrder(t *testing.T) {
	a, b := &account{}, &account{}
	var wg sync.WaitGroup
	wg.Add(2)
	for i := 0; i < 2; i++ {
		go func() {
			defer wg.Done()
			transfer(a, b, 1)
		}()
	}
	wg.Wait()
}

func (a *account) spend(amount int) bool {
	a.mu.Lock()
	if a.balance < amount {
		return false
	}
	a.balance -= amount
	a.mu.Unlock()
	return true
}

// want Deadlock: lock
func TestBadLockKept(t *testing.T) {
	a := &account{balance: 1}
	a.spend(2)
	a.get()
}

func TestOkLockGivenBack(t *testing.T) {
	a := &account{balance: 3}
	a.spend(2)
	a.get()
}

type cache struct {
	sync.RWMutex
	items map[string]int
}

func (c *cache) size() int {
	c.RLock()
	defer c.RUnlock()
	return len(c.items)
}

func (c *cache) report() int {
	c.RLock()
	defer c.RUnlock()
	return c.size()
}

// A writer that comes between the two read locks keeps the second one out.
// want Leak: lock, rlock
func TestBadNestedRead(t *testing.T) {
	c := &cache{items: map[string]int{}}
	go func() {
		c.report()
	}()
	go func() {
		c.Lock()
		c.items["a"] = 1
		c.Unlock()
	}()
}

func TestOkNestedReadWithoutWriter(t *testing.T) {
	c := &cache{items: map[string]int{}}
	done := make(chan struct{})
	go func() {
		c.report()
		close(done)
	}()
	<-done
}

// The lock is held while the goroutine that needs it is waited for.
// want Deadlock: chan receive, lock
func TestBadWaitWhileLocked(t *testing.T) {
	var mu sync.Mutex
	done := make(chan struct{})
	mu.Lock()
	go func() {
		mu.Lock()
		defer mu.Unlock()
		close(done)
	}()
	<-done
	mu.Unlock()
}

func TestOkWaitAfterUnlock(t *testing.T) {
	var mu sync.Mutex
	done := make(chan struct{})
	mu.Lock()
	go func() {
		mu.Lock()
		defer mu.Unlock()
		close(done)
	}()
	mu.Unlock()
	<-done
}

// want UnlockOfUnlocked
func TestBadUnlockTwice(t *testing.T) {
	var mu sync.Mutex
	mu.Lock()
	mu.Unlock()
	mu.Unlock()
}

// want Deadlock: sync.Once.Do
func TestBadOnceInOnce(t *testing.T) {
	var once sync.Once
	var start func()
	start = func() {
		once.Do(func() {
			start()
		})
	}
	start()
}

func TestOkRecoverUnlocks(t *testing.T) {
	a := &account{}
	func() {
		defer func() {
			recover()
		}()
		a.mu.Lock()
		defer a.mu.Unlock()
		panic("no")
	}()
	a.get()
}

type named struct {
	mu   sync.Mutex
	name string
}

func (n *named) String() string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.name
}

// Printing calls String, which locks.
// want Deadlock: lock
func TestBadStringLocks(t *testing.T) {
	n := &named{}
	n.mu.Lock()
	defer n.mu.Unlock()
	fmt.Println("named", n)
}

func TestOkStringAfterUnlock(t *testing.T) {
	n := &named{}
	n.mu.Lock()
	n.mu.Unlock()
	fmt.Println("named", n)
}

type purse struct {
	sync.Mutex
	coins int
}

func (p *purse) String() string {
	p.Lock()
	defer p.Unlock()
	return "purse"
}

// Formatting an error calls String as well.
// want Deadlock: lock
func TestBadErrorOfItself(t *testing.T) {
	p := &purse{}
	p.Lock()
	defer p.Unlock()
	if err := fmt.Errorf("empty: %v", p); err != nil {
		return
	}
}
