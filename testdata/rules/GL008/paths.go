package gl008

import "sync"

func BadManyEarlyReturn(fs []func() error) (errs []error) {
	var wg sync.WaitGroup
	out := make(chan error, len(fs))
	wg.Add(len(fs))
	for _, f := range fs {
		go func(f func() error) {
			err := f()
			if err == nil {
				return
			}
			out <- err
			wg.Done()
		}(f)
	}
	wg.Wait() // want GL008 "does not reach zero"
	close(out)
	for err := range out {
		errs = append(errs, err)
	}
	return errs
}

func OkManyBothPaths(fs []func() error) {
	var wg sync.WaitGroup
	wg.Add(len(fs))
	for _, f := range fs {
		go func(f func() error) {
			if err := f(); err == nil {
				wg.Done()
				return
			}
			wg.Done()
		}(f)
	}
	wg.Wait()
}

func OkManyInLoop(count int, do func(int) error) {
	var wg sync.WaitGroup
	wg.Add(count)
	items := make(chan int)
	defer close(items)
	for i := 0; i < 4; i++ {
		go func() {
			for item := range items {
				if err := do(item); err != nil {
					wg.Done()
					continue
				}
				wg.Done()
			}
		}()
	}
	for i := 0; i < count; i++ {
		items <- i
	}
	wg.Wait()
}

func OkManyAskedBefore(fs []func() error, counted bool) {
	var wg sync.WaitGroup
	for _, f := range fs {
		if counted {
			wg.Add(1)
		}
		go func(f func() error) {
			_ = f()
			if counted {
				wg.Done()
			}
		}(f)
	}
	wg.Wait()
}
