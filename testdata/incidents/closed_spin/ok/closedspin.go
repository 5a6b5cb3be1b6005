// Package closedspin has a loop that spins when its input is closed, as it should be.
package closedspin

func Merge(a, b <-chan int, out func(int), stop <-chan struct{}) {
	for {
		select {
		case v, ok := <-a:
			if !ok {
				a = nil
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
