package gl002

import "example.com/gl002/helper"

func BadSenderOfOtherPackage(quit <-chan struct{}) int {
	out := make(chan int)
	go helper.Answer(out, 1) // want GL002 "nobody is left who receives"
	select {
	case v := <-out:
		return v
	case <-quit:
		return 0
	}
}

func OkSenderOfOtherPackage(quit <-chan struct{}) int {
	out := make(chan int, 1)
	go helper.Answer(out, 1)
	select {
	case v := <-out:
		return v
	case <-quit:
		return 0
	}
}

func BadStartedInOtherPackage(quit <-chan struct{}) int {
	out := helper.Start(1) // want GL002 "nobody is left who receives"
	select {
	case v := <-out:
		return v
	case <-quit:
		return 0
	}
}

func OkStartedInOtherPackage(quit <-chan struct{}) int {
	out := helper.StartWithRoom(1)
	select {
	case v := <-out:
		return v
	case <-quit:
		return 0
	}
}
