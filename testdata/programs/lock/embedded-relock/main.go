package main

import (
	"fmt"
	"sync"
	"time"

	"fixtures.test/programs/internal/harness"
)

type index struct {
	sync.Mutex
	keys map[string]int
}

type tenantIndex struct {
	*index
	tenant string
}

func (t *tenantIndex) put(key string, pos int) {
	t.Lock() // MARK: BUG
	defer t.Unlock()
	t.keys[t.tenant+"/"+key] = pos
}

// rebuild replaces all positions of one tenant.
func (ix *index) rebuild(tenant string, keys []string) {
	ix.Lock()
	defer ix.Unlock()
	t := &tenantIndex{index: ix, tenant: tenant}
	for pos, k := range keys {
		t.put(k, pos)
	}
}

func main() {
	harness.Every(10*time.Second, func() {
		ix := &index{keys: make(map[string]int)}
		go ix.rebuild("acme", []string{"a", "b"})
		time.Sleep(2 * time.Millisecond)
		go (&tenantIndex{index: ix, tenant: "initech"}).put(fmt.Sprint("c"), 1)
	})
	harness.Run()
}
