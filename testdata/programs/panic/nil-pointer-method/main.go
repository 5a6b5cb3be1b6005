package main

import "fmt"

type shape interface{ Area() float64 }

type circle struct{ r float64 }

func (c circle) Area() float64 { return 3 * c.r * c.r }

type drawing struct {
	background *circle
	shapes     []shape
}

func (d *drawing) all() []shape {
	return append([]shape{d.background}, d.shapes...)
}

func describe(s shape) string {
	return fmt.Sprintf("%T of %.1f", s, s.Area()) // MARK: DESCRIBE
}

func main() {
	d := &drawing{shapes: []shape{circle{r: 1}}}
	for _, s := range d.all() {
		fmt.Println(describe(s)) // MARK: CALL
	}
}
