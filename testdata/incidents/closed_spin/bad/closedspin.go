// Package closedspin has a loop that spins when its input is closed.
//
// want GL007
package closedspin

func Merge(a, b <-chan int, out func(int), stop <-chan struct{}) {
	for {
		select {
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
