// Package pn001 has what PN001 finds (send-on-closed-channel), and what it does not.
package pn001

import "sync"

func BadCloseWithoutWait() {
	ch := make(chan int, 2)
	go func() {
		ch <- 1 // want PN001 "which panics"
	}()
	close(ch)
}

func OkCloseAfterWait() {
	ch := make(chan int, 2)
	var wg sync.WaitGroup
	wg.Add(2)
	for i := 0; i < 2; i++ {
		go func() {
			defer wg.Done()
			ch <- 1
		}()
	}
	wg.Wait()
	close(ch)
}

func OkSenderCloses() {
	ch := make(chan int, 2)
	go func() {
		ch <- 1
		close(ch)
	}()
}
