// Package gl002 has what GL002 finds (send-with-no-receiver), and what it does not.
package gl002

import "context"

func BadTimeout(ctx context.Context) int {
	result := make(chan int)
	go func() {
		result <- 1 // want GL002 "nobody is left who receives"
	}()
	select {
	case v := <-result:
		return v
	case <-ctx.Done():
		return 0
	}
}

func BadFirstOfThree() int {
	result := make(chan int)
	for i := 0; i < 3; i++ {
		go func() {
			result <- i // want GL002 "nobody is left who receives"
		}()
	}
	return <-result
}

func BadHelper(f func() error) error {
	result := make(chan error)
	go send(result)
	if err := f(); err != nil {
		return err
	}
	return <-result
}

func send(ch chan<- error) {
	ch <- nil // want GL002 "nobody is left who receives"
}

func OkRoomForAll() int {
	result := make(chan int, 3)
	for i := 0; i < 3; i++ {
		go func() {
			result <- i
		}()
	}
	return <-result
}

func OkSelect(ctx context.Context) int {
	result := make(chan int)
	go func() {
		select {
		case result <- 1:
		case <-ctx.Done():
		}
	}()
	select {
	case v := <-result:
		return v
	case <-ctx.Done():
		return 0
	}
}

func OkAlwaysRead() int {
	result := make(chan int)
	go func() {
		result <- 1
	}()
	return <-result
}
