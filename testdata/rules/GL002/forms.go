package gl002

func answer(out chan<- int, n int) { out <- n }

func OkParameter() int {
	out := make(chan int, 2)
	go answer(out, 1)
	go answer(out, 2)
	return <-out
}

func answerLate(out chan<- int, n int) {
	out <- n // want GL002 "nobody is left who receives"
}

func BadParameter() int {
	out := make(chan int)
	go answerLate(out, 1)
	go answerLate(out, 2)
	return <-out
}
