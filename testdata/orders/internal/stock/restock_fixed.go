//go:build fixed

package stock

import "log"

// Adjust changes the stock of sku by delta and returns what is left.
func (k *Keeper) Adjust(sku string, delta int) int {
	k.mu.Lock()
	k.pieces[sku] += delta
	left := k.pieces[sku]
	k.mu.Unlock()
	if left < 10 {
		select {
		case k.alerts <- Alert{SKU: sku, Left: left}:
		default:
			log.Printf("stock: alert for %s dropped", sku)
		}
	}
	return left
}

func (k *Keeper) mailAlerts() {
	for a := range k.alerts {
		if err := k.send(a); err != nil {
			log.Printf("stock: alert not sent: %v", err)
		}
	}
}
