package main

import (
	"errors"
	"fmt"
	"sync"

	"fixtures.test/programs/internal/harness"
)

var errRow = errors.New("row rejected")

type nightly struct {
	wg   sync.WaitGroup
	errs chan error
}

func (n *nightly) load(part int) {
	defer n.wg.Done()
	for row := 0; row < 3; row++ {
		if (row+part)%2 == 0 {
			n.errs <- fmt.Errorf("part %d row %d: %v", part, row, errRow) // MARK: BUG
		}
	}
}

func (n *nightly) run(parts int) error {
	for p := 0; p < parts; p++ {
		n.wg.Add(1)
		go n.load(p)
	}
	n.wg.Wait()
	close(n.errs)
	for err := range n.errs {
		return err
	}
	return nil
}

func main() {
	harness.Start()
	n := &nightly{errs: make(chan error, 2)}
	if err := n.run(4); err != nil {
		fmt.Println(err)
	}
}
