//go:build !fixed

package stock

import "log"

// Adjust changes the stock of sku by delta and returns what is left.
func (k *Keeper) Adjust(sku string, delta int) int {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.pieces[sku] += delta
	left := k.pieces[sku]
	if left < 10 {
		k.alerts <- Alert{SKU: sku, Left: left} // MARK: LEAK4
	}
	return left
}

func (k *Keeper) mailAlerts() {
	for a := range k.alerts {
		if err := k.send(a); err != nil {
			log.Printf("stock: no more alerts: %v", err)
			return
		}
	}
}
