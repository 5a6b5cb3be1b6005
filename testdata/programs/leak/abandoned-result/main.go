package main

import (
	"errors"
	"fmt"
	"log"
	"time"

	"fixtures.test/programs/internal/harness"
)

var errTimeout = errors.New("price service did not answer in time")

type quote struct {
	symbol string
	cents  int64
	err    error
}

// QuoteClient asks a slow upstream for prices.
type QuoteClient struct {
	upstream func(symbol string) (int64, error)
	timeout  time.Duration
}

// Price returns the price of symbol or errTimeout.
func (c *QuoteClient) Price(symbol string) (int64, error) {
	answer := make(chan quote)
	go func() {
		cents, err := c.upstream(symbol)
		answer <- quote{symbol: symbol, cents: cents, err: err} // MARK: BUG
	}()
	select {
	case q := <-answer:
		return q.cents, q.err
	case <-time.After(c.timeout):
		return 0, errTimeout
	}
}

func slowUpstream(symbol string) (int64, error) {
	time.Sleep(80 * time.Millisecond)
	return int64(len(symbol)) * 1999, nil
}

func main() {
	client := &QuoteClient{upstream: slowUpstream, timeout: 20 * time.Millisecond}
	n := 0
	harness.Every(10*time.Second, func() {
		n++
		if _, err := client.Price(fmt.Sprintf("SYM%d", n)); err != nil {
			log.Printf("price %d: %v", n, err)
		}
	})
	harness.Run()
}
