// Package lib has tickers.
package lib

import "time"

// Clock ticks.
type Clock struct{ Ticker *time.Ticker }

// Stop ends the ticks.
func (c *Clock) Stop() { c.Ticker.Stop() }
