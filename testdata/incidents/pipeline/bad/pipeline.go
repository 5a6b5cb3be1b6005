// Package pipeline has a pipeline whose stages wait when the result is found.
//
// missed
package pipeline

func gen(n int) <-chan int {
	out := make(chan int)
	go func() {
		defer close(out)
		for i := 0; i < n; i++ {
			out <- i
		}
	}()
	return out
}
func sq(in <-chan int) <-chan int {
	out := make(chan int)
	go func() {
		defer close(out)
		for v := range in {
			out <- v * v
		}
	}()
	return out
}
func Find(n, want int) bool {
	for v := range sq(gen(n)) {
		if v == want {
			return true
		}
	}
	return false
}
