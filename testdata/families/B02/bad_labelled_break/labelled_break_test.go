// B02: leaving the loop through its label skips the unlock of the last round.
package b02

import (
	"sync"
	"testing"
)

type block struct {
	height int
	hash   string
}

type chain struct {
	mu     sync.RWMutex
	blocks []block
}

func (c *chain) append(b block) {
	c.mu.Lock() // want DL003
	defer c.mu.Unlock()
	c.blocks = append(c.blocks, b)
}

func (c *chain) find(heights []int, hash string) int {
	found := -1
search:
	for _, h := range heights {
		c.mu.RLock() // want DL003
		for i, b := range c.blocks {
			if b.height == h && b.hash == hash {
				found = i
				break search
			}
		}
		c.mu.RUnlock()
	}
	return found
}

func TestLabelledBreak(t *testing.T) {
	c := &chain{}
	c.append(block{1, "aa"})
	c.append(block{2, "bb"})
	if c.find([]int{1, 2}, "bb") != 1 {
		t.Error("not found")
	}
	c.append(block{3, "cc"})
}
