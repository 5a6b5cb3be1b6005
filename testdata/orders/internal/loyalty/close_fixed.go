//go:build fixed

package loyalty

// Close ends the account of a customer: its points and the coupon.
func (p *Programme) Close(customer, coupon string) {
	p.accounts.mu.Lock()
	delete(p.accounts.points, customer)
	p.accounts.mu.Unlock()
	journal()
	p.coupons.mu.Lock()
	delete(p.coupons.value, coupon)
	p.coupons.mu.Unlock()
}
