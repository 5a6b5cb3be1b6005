// N02: the length of a heap is read without the lock under which it grows.
package n02

import (
	"container/heap"
	"sync"
	"testing"
)

type pq []int

func (p pq) Len() int           { return len(p) }
func (p pq) Less(i, j int) bool { return p[i] < p[j] }
func (p pq) Swap(i, j int)      { p[i], p[j] = p[j], p[i] }
func (p *pq) Push(x any)        { *p = append(*p, x.(int)) }
func (p *pq) Pop() any          { o := *p; n := len(o); x := o[n-1]; *p = o[:n-1]; return x }

type delay struct {
	mu sync.Mutex
	q  pq
}

func (d *delay) add(n int) { d.mu.Lock(); heap.Push(&d.q, n); d.mu.Unlock() }
func (d *delay) size() int {
	return d.q.Len() // want DR002
}
func TestDelay(t *testing.T) {
	d := &delay{}
	done := make(chan struct{})
	go func() { d.add(3); d.add(1); close(done) }()
	_ = d.size()
	<-done
}
