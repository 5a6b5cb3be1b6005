// Package condnoloop has a wait for a condition that is not asked again.
//
// want DL009
package condnoloop

import "sync"

type Q struct {
	mu    sync.Mutex
	c     *sync.Cond
	items []int
}

func New() *Q { q := &Q{}; q.c = sync.NewCond(&q.mu); return q }
func (q *Q) Pop() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.items) == 0 {
		q.c.Wait()
	}
	v := q.items[0]
	q.items = q.items[1:]
	return v
}
func (q *Q) Push(v int) { q.mu.Lock(); q.items = append(q.items, v); q.mu.Unlock(); q.c.Signal() }
