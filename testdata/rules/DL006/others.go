package dl006

import "example.com/rules/dl006/lib"

type counted interface {
	Add(int)
	Done()
	Wait()
}

func BadOtherPackage(p *lib.Pool, do func()) {
	go func() {
		p.Workers.Add(1) // want DL006 "this Add may come after Wait"
		defer p.Workers.Done()
		do()
	}()
	p.Workers.Wait()
}

// FN_Interface counts through an interface that may be anything.
func FN_Interface(c counted, do func()) {
	go func() {
		c.Add(1)
		defer c.Done()
		do()
	}()
	c.Wait()
}

func OkOtherPackage(p *lib.Pool, do func()) {
	p.Workers.Add(1)
	go func() {
		defer p.Workers.Done()
		do()
	}()
	p.Workers.Wait()
}
