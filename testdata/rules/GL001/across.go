package gl001

import "example.com/gl001/helper"

func BadQueueOfOtherPackage() {
	q := helper.NewQueue() // want GL001 "nobody closes the channel"
	q.Put(1)
}

func OkQueueOfOtherPackage() {
	q := helper.NewQueue()
	defer q.Close()
	q.Put(1)
}

func BadCollectorOfOtherPackage() {
	in, sum := make(chan int), 0
	helper.Collect(in, &sum) // want GL001 "nobody closes the channel"
	in <- 1
}

func OkCollectorOfOtherPackage() {
	in, sum := make(chan int), 0
	helper.Collect(in, &sum)
	in <- 1
	close(in)
}
