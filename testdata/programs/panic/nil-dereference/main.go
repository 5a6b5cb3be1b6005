package main

import (
	"fmt"
	"log"
)

type address struct{ city string }

type customer struct {
	name    string
	address *address
}

type order struct {
	id       int
	customer *customer
}

type store map[int]*customer

func (s store) find(id int) (*customer, error) {
	return s[id], nil
}

func (o *order) customerCity() string {
	return o.customer.address.city // MARK: BUG
}

func main() {
	s := store{1: {name: "ann", address: &address{city: "Oslo"}}, 2: {name: "bob"}}
	for id := 1; id <= 3; id++ {
		c, err := s.find(id)
		if err != nil {
			log.Fatal(err)
		}
		o := &order{id: 100 + id, customer: c}
		fmt.Println(o.id, o.customerCity())
	}
}
