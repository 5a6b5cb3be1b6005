// B05: a send under the lock always finds room, because each client gets one notice only.
package b05

import (
	"sync"
	"testing"
)

type client struct {
	notice chan string
}

type directory struct {
	mu      sync.Mutex
	clients map[string]*client
}

func (d *directory) join(name string) *client {
	d.mu.Lock()
	defer d.mu.Unlock()
	c := &client{notice: make(chan string, 1)}
	d.clients[name] = c
	return c
}

func (d *directory) leave(name string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.clients, name)
}

func (d *directory) closeAll(reason string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for name, c := range d.clients {
		c.notice <- reason
		delete(d.clients, name)
	}
}

func TestBufferedNotice(t *testing.T) {
	d := &directory{clients: map[string]*client{}}
	a := d.join("a")
	go func() {
		<-a.notice
		d.leave("a")
	}()
	d.closeAll("maintenance")
}
