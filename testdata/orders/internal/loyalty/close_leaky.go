//go:build !fixed

package loyalty

// Close ends the account of a customer: its points and the coupon.
func (p *Programme) Close(customer, coupon string) {
	p.accounts.mu.Lock()
	defer p.accounts.mu.Unlock()
	delete(p.accounts.points, customer)
	journal()
	p.coupons.mu.Lock() // MARK: DEADLOCK
	delete(p.coupons.value, coupon)
	p.coupons.mu.Unlock()
}
