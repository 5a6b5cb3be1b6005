package main

import "fmt"

type sample struct {
	total int
	count int
}

func (s *sample) mean() int {
	return s.total / s.count // MARK: BUG
}

func report(samples []sample) {
	for i := range samples {
		fmt.Println("interval", i, "mean", samples[i].mean())
	}
}

func main() {
	report([]sample{{total: 120, count: 3}, {}})
}
