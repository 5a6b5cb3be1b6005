package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"
)

type meter struct {
	next http.Handler
	hits int
}

func (m *meter) hit() {
	m.hits++ // MARK: BUG
}

func (m *meter) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	m.hit()
	m.next.ServeHTTP(w, r)
}

func main() {
	m := &meter{next: http.NotFoundHandler()}
	var wg sync.WaitGroup
	for i := 0; i < 4; i++ {
		wg.Add(1)
		go func() {
			defer wg.Done()
			w := httptest.NewRecorder()
			m.ServeHTTP(w, httptest.NewRequest("GET", "/", nil))
		}()
	}
	wg.Wait()
	fmt.Println("hits:", m.hits > 0)
}
