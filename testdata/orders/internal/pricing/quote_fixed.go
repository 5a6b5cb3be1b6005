//go:build fixed

package pricing

import "time"

// Quote returns the price of quantity pieces of sku.
func (s *Service) Quote(sku string, quantity int) (Quote, error) {
	result := make(chan Quote, 1)
	go func() {
		result <- s.compute(sku, quantity)
	}()
	timeout := time.NewTimer(s.Patience)
	defer timeout.Stop()
	select {
	case q := <-result:
		return q, nil
	case <-timeout.C:
		return Quote{}, ErrTimeout
	}
}
