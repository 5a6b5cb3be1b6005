package dl013

import "golang.org/x/sync/errgroup"

type node struct{ children []*node }

func BadLimitedRecursion(root *node, use func(*node) error) error {
	var g errgroup.Group
	g.SetLimit(4)
	var visit func(n *node) error
	visit = func(n *node) error {
		for _, child := range n.children {
			g.Go(func() error { return visit(child) }) // want DL013 "waits for another slot of the same group"
		}
		return use(n)
	}
	g.Go(func() error { return visit(root) })
	return g.Wait()
}

func BadLimitedNested(urls []string, fetch func(string) (string, error), store func(string) error) error {
	g := new(errgroup.Group)
	g.SetLimit(2)
	for _, url := range urls {
		g.Go(func() error {
			page, err := fetch(url)
			if err != nil {
				return err
			}
			g.Go(func() error { return store(page) }) // want DL013 "waits for another slot of the same group"
			return nil
		})
	}
	return g.Wait()
}

func OkUnlimitedRecursion(root *node, use func(*node) error) error {
	var g errgroup.Group
	var visit func(n *node) error
	visit = func(n *node) error {
		for _, child := range n.children {
			g.Go(func() error { return visit(child) })
		}
		return use(n)
	}
	g.Go(func() error { return visit(root) })
	return g.Wait()
}

func OkLimitedOnce(urls []string, fetch func(string) error) error {
	var g errgroup.Group
	g.SetLimit(2)
	for _, url := range urls {
		g.Go(func() error { return fetch(url) })
	}
	return g.Wait()
}

func OkTwoGroups(urls []string, fetch func(string) (string, error), store func(string) error) error {
	var readers, writers errgroup.Group
	readers.SetLimit(2)
	writers.SetLimit(2)
	for _, url := range urls {
		readers.Go(func() error {
			page, err := fetch(url)
			if err != nil {
				return err
			}
			writers.Go(func() error { return store(page) })
			return nil
		})
	}
	if err := readers.Wait(); err != nil {
		return err
	}
	return writers.Wait()
}
