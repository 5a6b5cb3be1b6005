// N08: the caller waits for one of two producers only.
package n08

import "testing"

type pair struct{ left, right []int }

func gather(n int) *pair {
	p := &pair{}
	done := make(chan struct{}, 2)
	go func() {
		for i := 0; i < n; i++ {
			p.left = append(p.left, i) // want DR008|DR002
		}
		done <- struct{}{}
	}()
	go func() {
		for i := 0; i < n; i++ {
			p.right = append(p.right, i)
		}
		done <- struct{}{}
	}()
	<-done
	return p
}

func TestGather(t *testing.T) {
	p := gather(3)
	if len(p.left)+len(p.right) > 6 {
		t.Error("too many")
	}
}
