package gl003

import (
	"sync"

	"example.com/gl003/helper"
)

func BadOtherPackage(check func() error) error {
	g := helper.NewGate()
	go func() {
		g.Wait() // want GL003 "nobody is left who sends"
	}()
	if err := check(); err != nil {
		return err
	}
	g.Open()
	return nil
}

func OkOtherPackage(check func() error) error {
	g := helper.NewGate()
	defer g.Open()
	go func() {
		g.Wait()
	}()
	return check()
}

type full struct{}

func (full) next() (int, error) { return 1, nil }

func OkInterface() {
	ch := make(chan int)
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		defer wg.Done()
		feedAll(full{}, ch)
	}()
	<-ch
	wg.Wait()
}

func feedAll(s source, ch chan int) {
	defer close(ch)
	if v, err := s.next(); err == nil {
		ch <- v
	}
}
