package main

import (
	"errors"
	"log"
	"net"
	"net/rpc"
	"time"

	"fixtures.test/programs/internal/harness"
)

// Ledger is the service.
type Ledger struct{}

// Transfer is the argument of a booking.
type Transfer struct {
	From, To string
	Cents    int
}

// Book answers with the number of the booking.
func (l *Ledger) Book(t Transfer, number *int) error {
	if t.Cents <= 0 {
		return errors.New("nothing to book")
	}
	time.Sleep(2 * time.Millisecond)
	*number = t.Cents * 7
	return nil
}

func teller(client *rpc.Client) {
	for n := 1; ; n++ {
		var number int
		if err := client.Call("Ledger.Book", Transfer{From: "a", To: "b", Cents: n}, &number); err != nil {
			log.Print(err)
			return
		}
		time.Sleep(4 * time.Second)
	}
}

func main() {
	server := rpc.NewServer()
	if err := server.Register(new(Ledger)); err != nil {
		log.Fatal(err)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	go server.Accept(ln)
	for i := 0; i < 5; i++ {
		client, err := rpc.Dial("tcp", ln.Addr().String())
		if err != nil {
			log.Fatal(err)
		}
		go teller(client)
	}
	harness.Run()
}
