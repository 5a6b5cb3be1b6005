package gl001

type consumer interface{ consume(in <-chan int) }

type printer struct{}

func (printer) consume(in <-chan int) {
	for v := range in { // want GL001 "nobody closes the channel"
		use(v)
	}
}

func BadInterface() {
	in := make(chan int)
	var c consumer = printer{}
	go c.consume(in)
	in <- 1
}

func OkInterface() {
	in := make(chan int)
	var c consumer = printer{}
	go c.consume(in)
	in <- 1
	close(in)
}

func discard[T any](in <-chan T) {
	for range in { // want GL001 "nobody closes the channel"
	}
}

func BadGeneric() {
	words := make(chan string)
	go discard(words)
	words <- "a"
}

func OkGeneric() {
	words := make(chan string)
	go discard(words)
	words <- "a"
	close(words)
}

func count(in <-chan int, n *int) {
	for range in { // want GL001 "nobody closes the channel"
		*n++
	}
}

func BadHelperParameter() {
	in, n := make(chan int), 0
	go count(in, &n)
	in <- 1
}

func OkHelperParameter() {
	in, n := make(chan int), 0
	go count(in, &n)
	fill(in)
}

func fill(out chan<- int) {
	out <- 1
	close(out)
}

func BadClosesTheOther() {
	in, out := make(chan int), make(chan int, 1)
	each := func() {
		for v := range in { // want GL001 "nobody closes the channel"
			use(v)
		}
	}
	go each()
	in <- 1
	close(out)
}

func OkClosureLeavesTheLoop() {
	in := make(chan int)
	each := func() {
		for v := range in {
			if v == 1 {
				break
			}
		}
	}
	go each()
	in <- 1
}
