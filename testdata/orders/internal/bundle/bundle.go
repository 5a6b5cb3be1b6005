// Package bundle prices several articles at once.
package bundle

import (
	"errors"
	"strings"
	"sync"

	"fixtures.test/orders/internal/cache"
)

// ErrNoSKU is returned for an empty article number.
var ErrNoSKU = errors.New("bundle: empty article number")

// Pricer prices bundles from the catalogue.
type Pricer struct{ catalogue *cache.Cache }

// NewPricer returns a pricer that looks prices up in catalogue.
func NewPricer(catalogue *cache.Cache) *Pricer { return &Pricer{catalogue: catalogue} }

// total adds up prices found concurrently.
type total struct {
	mu    sync.Mutex
	cents int
	err   error
}

func (t *total) add(cents int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.cents += cents
}

func (t *total) fail(err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.err == nil {
		t.err = err
	}
}

func clean(sku string) string { return strings.TrimSpace(sku) }
