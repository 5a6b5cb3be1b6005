package gl003

type service struct {
	ready chan struct{}
	stop  chan struct{}
}

func (s *service) wait() {
	<-s.stop // want GL003 "nobody is left who sends"
}

func BadField() {
	s := &service{ready: make(chan struct{}), stop: make(chan struct{})}
	go s.wait()
	close(s.ready)
}

func OkField() {
	s := &service{ready: make(chan struct{}), stop: make(chan struct{})}
	go s.wait()
	close(s.stop)
}

func take[T any](in <-chan T) T {
	return <-in // want GL003 "nobody is left who sends"
}

func BadGeneric() {
	in := make(chan int)
	go take(in)
	go take(in)
	in <- 1
}

func OkGeneric() {
	in := make(chan int)
	go take(in)
	go take(in)
	in <- 1
	in <- 2
}

func hold(stop <-chan struct{}) {
	<-stop // want GL003 "nobody is left who sends"
}

func BadHelperParameter(setup func() error) error {
	stop := make(chan struct{})
	go hold(stop)
	if err := setup(); err != nil {
		return err
	}
	close(stop)
	return nil
}

func OkHelperParameter(setup func() error) error {
	stop := make(chan struct{})
	defer close(stop)
	go hold(stop)
	return setup()
}

func BadClosure() {
	ack := make(chan int)
	confirm := func() {
		<-ack // want GL003 "nobody is left who sends"
	}
	for i := 0; i < 2; i++ {
		go confirm()
	}
	ack <- 1
}

func OkClosure() {
	ack := make(chan int)
	confirm := func() {
		<-ack
	}
	for i := 0; i < 2; i++ {
		go confirm()
	}
	for i := 0; i < 2; i++ {
		ack <- i
	}
}
