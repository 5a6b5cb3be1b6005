package main

import (
	"errors"
	"fmt"

	"fixtures.test/programs/race/package-setting/retry"
)

var errTemporary = errors.New("temporary")

func sync(done chan<- error) {
	n := 0
	done <- retry.Do(func() error {
		if n++; n < 3 {
			return errTemporary
		}
		return nil
	})
}

func main() {
	done := make(chan error)
	go sync(done)
	retry.MaxAttempts = 5 // MARK: SET
	fmt.Println(<-done)
}
