// B01: a parent and its children have locks of the same type, but each its own.
package b01

import (
	"sync"
	"testing"
)

type quotaNode struct {
	mu       sync.Mutex
	used     int
	limit    int
	parent   *quotaNode
	children []*quotaNode
}

func (q *quotaNode) child(limit int) *quotaNode {
	q.mu.Lock()
	defer q.mu.Unlock()
	c := &quotaNode{limit: limit, parent: q}
	q.children = append(q.children, c)
	return c
}

func (q *quotaNode) take(n int) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.used+n > q.limit {
		return false
	}
	if q.parent != nil && !q.parent.take(n) {
		return false
	}
	q.used += n
	return true
}

func TestTwoInstances(t *testing.T) {
	root := &quotaNode{limit: 3}
	a, b := root.child(2), root.child(2)
	var wg sync.WaitGroup
	for _, q := range []*quotaNode{a, b, a, b} {
		wg.Add(1)
		go func(q *quotaNode) {
			defer wg.Done()
			q.take(1)
		}(q)
	}
	wg.Wait()
}
