// Package lib gives channels away.
package lib

// Queue has jobs.
type Queue struct {
	Jobs chan func()
	Quit chan struct{}
}

// Done says when to stop.
func (q *Queue) Done() <-chan struct{} { return q.Quit }
