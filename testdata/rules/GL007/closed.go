package gl007

func BadClosedCase(a, b <-chan int, out func(int), stop <-chan struct{}) {
	for {
		select { // want GL007 "spins as soon as the channel of one of its cases is closed"
		case v, ok := <-a:
			if !ok {
				continue
			}
			out(v)
		case v := <-b:
			out(v)
		case <-stop:
			return
		}
	}
}

type merger struct {
	in   <-chan int
	stop <-chan struct{}
}

func (m *merger) BadClosedField(out func(int)) {
	for {
		select { // want GL007 "spins as soon as"
		case v, ok := <-m.in:
			if ok {
				out(v)
			}
		case <-m.stop:
			return
		}
	}
}

func OkClosedCaseToNil(a, b <-chan int, out func(int)) {
	for a != nil || b != nil {
		select {
		case v, ok := <-a:
			if !ok {
				a = nil
				continue
			}
			out(v)
		case v, ok := <-b:
			if !ok {
				b = nil
				continue
			}
			out(v)
		}
	}
}

func OkClosedCaseReturns(a <-chan int, out func(int), stop <-chan struct{}) {
	for {
		select {
		case v, ok := <-a:
			if !ok {
				return
			}
			out(v)
		case <-stop:
			return
		}
	}
}

func (m *merger) OkClosedFieldToNil(out func(int)) {
	for {
		select {
		case v, ok := <-m.in:
			if !ok {
				m.in = nil
				continue
			}
			out(v)
		case <-m.stop:
			return
		}
	}
}
