package main

import (
	"fmt"
	"log"
	"net"
	"net/http"
	"net/url"
	"time"

	"fixtures.test/programs/internal/harness"
)

type gateway struct {
	client *http.Client
	base   string
}

// Charge asks the provider to take an amount from a card.
func (g *gateway) Charge(card string, cents int) error {
	form := url.Values{"card": {card}, "cents": {fmt.Sprint(cents)}}
	resp, err := g.client.PostForm(g.base+"/charges", form) // MARK: BUG
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusCreated {
		return fmt.Errorf("charge refused: %s", resp.Status)
	}
	return nil
}

// deadProvider accepts calls and leaves them unread.
type deadProvider struct {
	l     net.Listener
	calls []net.Conn
}

func (p *deadProvider) accept() {
	for {
		c, err := p.l.Accept()
		if err != nil {
			log.Print(err)
			return
		}
		p.calls = append(p.calls, c)
	}
}

func main() {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	p := &deadProvider{l: l}
	go p.accept()
	g := &gateway{client: &http.Client{}, base: "http://" + l.Addr().String()}
	harness.Every(10*time.Second, func() { go g.Charge("4111", 1250) })
	harness.Run()
}
