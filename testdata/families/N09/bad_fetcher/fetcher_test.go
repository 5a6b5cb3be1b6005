// N09: each fetch counts itself, in a method.
package n09

import (
	"sync"
	"testing"
)

type fetcher struct {
	wg  sync.WaitGroup
	mu  sync.Mutex
	got []string
}

func (f *fetcher) fetch(u string) {
	f.wg.Add(1) // want DL006
	defer f.wg.Done()
	f.mu.Lock()
	f.got = append(f.got, u)
	f.mu.Unlock()
}
func (f *fetcher) all(urls []string) []string {
	for _, u := range urls {
		go f.fetch(u)
	}
	f.wg.Wait()
	return f.got
}
func TestAll(t *testing.T) {
	f := &fetcher{}
	if got := f.all([]string{"a", "b", "c"}); len(got) != 3 {
		t.Error(got)
	}
}
