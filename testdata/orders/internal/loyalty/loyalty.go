// Package loyalty keeps the points of customers, and the coupons that were
// bought with them.
package loyalty

import (
	"errors"
	"sync"
	"time"
)

// ErrNoCoupon is returned for a coupon that nobody has.
var ErrNoCoupon = errors.New("loyalty: no such coupon")

// Accounts are the points of all customers.
type Accounts struct {
	mu     sync.Mutex
	points map[string]int
}

// Coupons are the coupons that were not used yet.
type Coupons struct {
	mu    sync.Mutex
	value map[string]int
}

// Programme is the loyalty programme. All methods may be called concurrently.
type Programme struct {
	accounts Accounts
	coupons  Coupons
}

// New returns a programme without customers.
func New() *Programme {
	p := new(Programme)
	p.accounts.points = make(map[string]int)
	p.coupons.value = make(map[string]int)
	return p
}

// Issue gives a customer a coupon.
func (p *Programme) Issue(coupon string, value int) {
	p.coupons.mu.Lock()
	defer p.coupons.mu.Unlock()
	p.coupons.value[coupon] = value
}

// Redeem turns a coupon into points of customer.
func (p *Programme) Redeem(customer, coupon string) error {
	p.coupons.mu.Lock()
	defer p.coupons.mu.Unlock()
	value, ok := p.coupons.value[coupon]
	if !ok {
		return ErrNoCoupon
	}
	delete(p.coupons.value, coupon)
	journal()
	p.accounts.add(customer, value)
	return nil
}

func (a *Accounts) add(customer string, points int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.points[customer] += points
}

// journal stands for the entry in the books.
func journal() { time.Sleep(15 * time.Millisecond) }
