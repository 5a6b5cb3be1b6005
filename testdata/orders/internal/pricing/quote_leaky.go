//go:build !fixed

package pricing

import "time"

// Quote returns the price of quantity pieces of sku.
func (s *Service) Quote(sku string, quantity int) (Quote, error) {
	result := make(chan Quote)
	go func() {
		result <- s.compute(sku, quantity) // MARK: LEAK1
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
