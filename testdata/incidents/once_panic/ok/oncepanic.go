// Package oncepanic has a Once whose function panics, which counts as done, as it should be.
package oncepanic

import (
	"os"
	"sync"
)

type Conf struct {
	once sync.Once
	data []byte
	err  error
}

func (c *Conf) Load() []byte {
	c.once.Do(func() {
		b, err := os.ReadFile("conf.json")
		c.err = err
		c.data = b
	})
	return c.data
}
func Use(c *Conf) (n int) {
	defer func() {
		if r := recover(); r != nil {
			n = -1
		}
	}()
	return int(c.Load()[0])
}
