// Package lib has groups.
package lib

import "sync"

// Pool counts its workers.
type Pool struct{ Workers sync.WaitGroup }
