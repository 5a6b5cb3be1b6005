package gl001

type feeder struct {
	lines struct{ in chan string }
	count int
}

func (f *feeder) follow() {
	for range f.lines.in {
		f.count++
	}
}

func OkField() {
	f := &feeder{}
	f.lines.in = make(chan string)
	go f.follow()
	f.lines.in <- "a"
	close(f.lines.in)
}

func BadClosure() func(int) {
	in := make(chan int)
	take := func() {
		for v := range in { // want GL001 "nobody closes the channel"
			use(v)
		}
	}
	go take()
	in <- 1
	return use
}
