// Package dr008 has what DR008 finds (concurrent-append), and what it does not.
package dr008

import "sync"

func BadVariable(xs []int) []int {
	var out []int
	var wg sync.WaitGroup
	for _, x := range xs {
		wg.Add(1)
		go func(x int) {
			defer wg.Done()
			out = append(out, x*x) // want DR008 "out"
		}(x)
	}
	wg.Wait()
	return out
}

func OkElements(xs []int) []int {
	out := make([]int, len(xs))
	var wg sync.WaitGroup
	for i, x := range xs {
		wg.Add(1)
		go func(i, x int) {
			defer wg.Done()
			out[i] = x * x
		}(i, x)
	}
	wg.Wait()
	return out
}

type journal struct {
	mu    sync.Mutex
	lines []string
}

func (j *journal) add(line string) {
	j.lines = append(j.lines, line) // want DR008 "lines"
}

func BadField() int {
	j := &journal{}
	go j.add("a")
	return len(j.lines)
}

func (j *journal) addLocked(line string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.lines = append(j.lines, line)
}

func OkField() {
	j := &journal{}
	go j.addLocked("a")
	j.addLocked("b")
}

func push(to *[]int, n int) {
	*to = append(*to, n) // want DR008 ""
}

func BadParameter() []int {
	var all []int
	go push(&all, 1)
	push(&all, 2)
	return all
}

func pushOwn(to *[]int, n int) {
	*to = append(*to, n)
}

func OkParameter() ([]int, []int) {
	var a, b []int
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		defer wg.Done()
		pushOwn(&a, 1)
	}()
	pushOwn(&b, 2)
	wg.Wait()
	return a, b
}

var events []string

func BadGlobal() {
	go func() {
		events = append(events, "a") // want DR008 "events"
	}()
	for _, event := range events {
		println(event)
	}
}

func OkChannel(xs []int) []int {
	results := make(chan int)
	for _, x := range xs {
		x := x
		go func() { results <- x * x }()
	}
	var out []int
	for range xs {
		out = append(out, <-results)
	}
	return out
}

func BadCallback(each func(func(int))) []int {
	var out []int
	collect := func(n int) {
		out = append(out, n) // want DR008 "out"
	}
	go collect(1)
	go collect(2)
	return nil
}

func OkSequential() []int {
	var out []int
	for i := 0; i < 3; i++ {
		done := make(chan bool)
		i := i
		go func() {
			out = append(out, i)
			close(done)
		}()
		<-done
	}
	return out
}

type stack[T any] struct{ items []T }

func (s *stack[T]) push(item T) {
	s.items = append(s.items, item) // want DR008 "items"
}

func BadGeneric() {
	s := &stack[int]{}
	go s.push(1)
	s.push(2)
}

func OkOwned() []int {
	result := make(chan []int)
	go func() {
		var own []int
		own = append(own, 1)
		result <- own
	}()
	out := <-result
	return append(out, 2)
}
