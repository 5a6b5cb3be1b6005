package main

import (
	"time"

	"fixtures.test/programs/internal/harness"
	"fixtures.test/programs/lock/abba-packages/journal"
	"fixtures.test/programs/lock/abba-packages/stock"
)

func main() {
	j := journal.New()
	s := stock.New(j)
	s.Fill("bolt", 1000)
	started := make(chan struct{})
	go func() {
		close(started)
		j.Compact(func(e journal.Entry) bool { return s.Reserve(e.SKU, 0) })
	}()
	<-started
	go s.Sell("bolt", 3)
	time.Sleep(300 * time.Millisecond)
	harness.Every(10*time.Second, func() { go s.Reserve("bolt", 1) })
	harness.Run()
}
