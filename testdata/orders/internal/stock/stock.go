// Package stock keeps the number of pieces per article and raises an alert
// when an article runs low.
package stock

import (
	"errors"
	"log"
	"sync"
)

// Alert tells that an article runs low.
type Alert struct {
	SKU  string
	Left int
}

// Keeper knows the stock. All methods may be called concurrently.
type Keeper struct {
	mu     sync.Mutex
	pieces map[string]int
	alerts chan Alert
	send   func(Alert) error
}

var errMailServer = errors.New("stock: mail server refused the message")

// NewKeeper returns a keeper whose alerts go to send.
func NewKeeper(send func(Alert) error) *Keeper {
	k := &Keeper{pieces: make(map[string]int), alerts: make(chan Alert, 4), send: send}
	go k.mailAlerts()
	return k
}

// FlakyMailer returns a mailer that refuses the n-th message.
func FlakyMailer(n int) func(Alert) error {
	var mu sync.Mutex
	sent := 0
	return func(a Alert) error {
		mu.Lock()
		defer mu.Unlock()
		sent++
		if sent == n {
			return errMailServer
		}
		log.Printf("stock: %s runs low, %d left", a.SKU, a.Left)
		return nil
	}
}

// Left returns how many pieces of sku there are.
func (k *Keeper) Left(sku string) int {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.pieces[sku]
}
