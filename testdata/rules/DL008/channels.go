// Package dl008 has what DL008 finds (circular-wait), and what it does not.
package dl008

import "sync"

func BadWaitBeforeClose() {
	jobs := make(chan int)
	var wg sync.WaitGroup
	defer close(jobs)
	wg.Add(1)
	go func() {
		defer wg.Done()
		for range jobs { // want DL008 "wait for each other"
		}
	}()
	wg.Wait()
}

func BadTwoChannels() {
	a, b := make(chan int), make(chan int)
	go func() {
		<-a // want DL008 "wait for each other"
		b <- 1
	}()
	<-b
	a <- 1
}

func OkCloseBeforeWait() {
	jobs := make(chan int)
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		defer wg.Done()
		for range jobs {
		}
	}()
	close(jobs)
	wg.Wait()
}

func OkTwoChannels() {
	a, b := make(chan int), make(chan int)
	go func() {
		<-a
		b <- 1
	}()
	a <- 1
	<-b
}
