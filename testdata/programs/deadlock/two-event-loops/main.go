package main

import (
	"fmt"
	"time"

	"fixtures.test/programs/internal/harness"
)

type order struct {
	id  int
	qty int
}

type trade struct {
	order int
	qty   int
}

type matcher struct {
	orders chan order
	risk   *risk
	book   map[int]int
}

type risk struct {
	trades  chan trade
	matcher *matcher
	limit   int
}

func (m *matcher) loop() {
	for o := range m.orders {
		m.onOrder(o)
	}
}

func (m *matcher) onOrder(o order) {
	m.book[o.id] = o.qty
	for left := o.qty; left > 0; left -= 10 {
		m.risk.trades <- trade{order: o.id, qty: 10} // MARK: MATCH
	}
}

func (r *risk) loop() {
	for t := range r.trades {
		r.onTrade(t)
	}
}

// onTrade asks the matcher to reduce an order that went over the limit.
func (r *risk) onTrade(t trade) {
	if r.limit -= t.qty; r.limit < 0 {
		r.matcher.orders <- order{id: t.order, qty: r.limit} // MARK: RISK
	}
}

func main() {
	m := &matcher{orders: make(chan order, 2), book: make(map[int]int)}
	r := &risk{trades: make(chan trade, 2), matcher: m, limit: 50}
	m.risk = r
	go m.loop()
	go r.loop()
	go func() {
		for i := 1; i <= 4; i++ {
			m.orders <- order{id: i, qty: 200}
		}
		fmt.Println("orders placed")
	}()
	harness.Every(10*time.Second, func() {})
	harness.Run()
}
