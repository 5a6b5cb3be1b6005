// B02: the function returns with the lock held on purpose: its caller gives it back.
package b02

import (
	"sync"
	"testing"
)

type inode struct {
	mu   sync.Mutex
	size int
	open bool
}

type fileTable struct {
	mu     sync.Mutex
	inodes map[int]*inode
}

// lockInode returns the inode locked, or nil.
func (f *fileTable) lockInode(n int) *inode {
	f.mu.Lock()
	ino, ok := f.inodes[n]
	f.mu.Unlock()
	if !ok {
		return nil
	}
	ino.mu.Lock()
	if !ino.open {
		ino.mu.Unlock()
		return nil
	}
	return ino
}

func (f *fileTable) grow(n, by int) bool {
	ino := f.lockInode(n)
	if ino == nil {
		return false
	}
	ino.size += by
	ino.mu.Unlock()
	return true
}

func TestHandedOver(t *testing.T) {
	f := &fileTable{inodes: map[int]*inode{1: {open: true}, 2: {}}}
	var wg sync.WaitGroup
	for i := 0; i < 3; i++ {
		wg.Add(1)
		go func(i int) {
			defer wg.Done()
			f.grow(i, 1)
			f.grow(1, 1)
		}(i)
	}
	wg.Wait()
}
