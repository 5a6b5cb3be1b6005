package pn002

type conn struct {
	state struct{ gone chan struct{} }
}

func (c *conn) drop() {
	close(c.state.gone) // want PN002 "closed already"
}

func BadField() {
	c := &conn{}
	c.state.gone = make(chan struct{})
	go c.drop()
	c.drop()
}

type link struct {
	state struct{ gone chan struct{} }
}

func (l *link) drop() { close(l.state.gone) }

func OkField() {
	l := &link{}
	l.state.gone = make(chan struct{})
	l.drop()
}

func OkClosure() {
	done := make(chan struct{})
	finish := func() { close(done) }
	go finish()
	<-done
}
