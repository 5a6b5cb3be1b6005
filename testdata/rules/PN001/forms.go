package pn001

func BadClosure() {
	out := make(chan int, 1)
	emit := func() {
		out <- 1 // want PN001 "which panics"
	}
	go emit()
	close(out)
}

func OkClosure() {
	out := make(chan int, 1)
	emit := func() {
		out <- 1
	}
	emit()
	close(out)
}
