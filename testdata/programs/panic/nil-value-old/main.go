package main

import "fmt"

type plan struct {
	steps  []string
	reason interface{}
}

func abort(p *plan) {
	panic(p.reason) // MARK: BUG
}

func (p *plan) execute() {
	for _, s := range p.steps {
		if s == "" {
			abort(p)
		}
		fmt.Println(s)
	}
}

func main() {
	(&plan{steps: []string{"fetch", "", "store"}}).execute()
}
