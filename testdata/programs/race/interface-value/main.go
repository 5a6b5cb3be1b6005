package main

import (
	"fmt"
	"sync"
)

type backend interface{ Do(path string) string }

type local struct{ root string }

func (l local) Do(path string) string { return l.root + path }

type remote struct{ host, region string }

func (r *remote) Do(path string) string { return "https://" + r.host + path }

type router struct {
	b backend
}

func (r *router) use(b backend) {
	r.b = b // MARK: STORE
}

func (r *router) route(path string) string {
	return r.b.Do(path) // MARK: LOAD
}

func main() {
	r := &router{b: local{root: "/srv"}}
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		defer wg.Done()
		r.use(&remote{host: "files.example.com"})
	}()
	fmt.Println(len(r.route("/index")) > 0)
	wg.Wait()
}
