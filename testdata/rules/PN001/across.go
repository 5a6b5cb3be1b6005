package pn001

import "example.com/pn001/helper"

func BadBoxOfOtherPackage() {
	b := helper.NewBox()
	b.Put(1)
	b.Close()
	b.Put(2) // want PN001 "when it is closed"
}

func OkBoxOfOtherPackage() {
	b := helper.NewBox()
	b.Put(1)
	b.Put(2)
	b.Close()
}

func BadClosedByOtherPackage() {
	ch := make(chan int, 1)
	go func() {
		ch <- 1 // want PN001 "when it is closed"
	}()
	helper.Finish(ch)
}

func OkClosedByOtherPackage() {
	ch := make(chan int, 1)
	done := make(chan struct{})
	go func() {
		ch <- 1
		close(done)
	}()
	<-done
	helper.Finish(ch)
}
