package main

import "fmt"

type room struct {
	members map[int]string
}

func (r *room) broadcast() int {
	bytes := 0
	for _, name := range r.members { // MARK: RANGE
		bytes += len(name)
	}
	return bytes
}

func (r *room) join(id int) {
	r.members[id] = "guest" // MARK: JOIN
}

func (r *room) leave(id int) {
	delete(r.members, id) // MARK: LEAVE
}

func (r *room) traffic() {
	for id := 0; ; id++ {
		r.join(id % 1000)
		r.leave((id + 500) % 1000)
	}
}

func main() {
	r := &room{members: make(map[int]string)}
	for id := 0; id < 500; id++ {
		r.join(id)
	}
	go r.traffic()
	total := 0
	for i := 0; i < 1<<24; i++ {
		total += r.broadcast()
	}
	fmt.Println(total)
}
