//go:build fixed

package bundle

import "sync"

// Price adds up the prices of skus.
func (p *Pricer) Price(skus []string) (int, error) {
	var sum total
	var wg sync.WaitGroup
	wg.Add(len(skus))
	for _, sku := range skus {
		go p.one(&wg, &sum, sku)
	}
	wg.Wait()
	return sum.cents, sum.err
}

func (p *Pricer) one(wg *sync.WaitGroup, sum *total, sku string) {
	defer wg.Done()
	sku = clean(sku)
	if sku == "" {
		sum.fail(ErrNoSKU)
		return
	}
	sum.add(p.catalogue.Price(sku))
}
