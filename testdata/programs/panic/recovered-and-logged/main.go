package main

import (
	"log"
	"runtime/debug"
)

type quote struct {
	pair string
	bid  []float64
}

func rate(q quote) float64 {
	return q.bid[len(q.bid)-1] // MARK: BUG
}

func safely(q quote) (v float64) {
	defer func() {
		if r := recover(); r != nil {
			log.Printf("level=error msg=\"recovered\" panic=%q\n%s", r, debug.Stack())
		}
	}()
	return rate(q)
}

func main() {
	log.SetPrefix("fx ")
	for _, q := range []quote{{"EURUSD", []float64{1.1}}, {"GBPUSD", nil}, {"USDJPY", []float64{151}}} {
		log.Printf("%s %.2f", q.pair, safely(q))
	}
}
