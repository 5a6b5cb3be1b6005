// N09: each fetch counts itself, in a method, corrected.
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
	defer f.wg.Done()
	f.mu.Lock()
	f.got = append(f.got, u)
	f.mu.Unlock()
}
func (f *fetcher) all(urls []string) []string {
	for _, u := range urls {
		f.wg.Add(1)
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
