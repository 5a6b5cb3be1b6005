// N05: a package-wide table is made once by whoever comes first.
package n05

import (
	"sync"
	"testing"
)

var (
	loadOnce sync.Once
	routes   map[string]string
)

func load() {
	routes = map[string]string{"/": "index"}
}

func route(path string) string {
	loadOnce.Do(load)
	return routes[path]
}

func TestRoutes(t *testing.T) {
	var wg sync.WaitGroup
	for i := 0; i < 3; i++ {
		wg.Add(1)
		go func() {
			defer wg.Done()
			if route("/") != "index" {
				t.Error("no index")
			}
		}()
	}
	wg.Wait()
}
