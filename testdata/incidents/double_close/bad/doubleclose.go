// Package doubleclose has a connection that its reader and its user close.
//
// want PN002
package doubleclose

type Conn struct {
	done chan struct{}
	in   chan []byte
}

func New() *Conn { c := &Conn{done: make(chan struct{}), in: make(chan []byte)}; go c.read(); return c }
func (c *Conn) read() {
	for b := range c.in {
		if len(b) == 0 {
			c.Close()
			return
		}
	}
}
func (c *Conn) Close() { close(c.done) }
func Use()             { c := New(); c.in <- nil; c.Close() }
