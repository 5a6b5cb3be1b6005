// Package ad002 shares maps.
package ad002

import "sync"

type BadReplaced struct {
	mu     sync.RWMutex
	routes map[string]string // want AD002 "only ever replaced as a whole"
}

func (b *BadReplaced) BadFind(name string) string {
	b.mu.RLock()
	defer b.mu.RUnlock()
	return b.routes[name]
}

func (b *BadReplaced) BadReload(all map[string]string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.routes = all
}

type BadMostlyRead struct {
	mu    sync.Mutex
	names map[int]string // want AD002 "under a `sync.Mutex` that is mostly read"
}

func (b *BadMostlyRead) BadName(id int) string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.names[id]
}

func (b *BadMostlyRead) BadHas(id int) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	_, ok := b.names[id]
	return ok
}

func (b *BadMostlyRead) BadAll() (all []string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, name := range b.names {
		all = append(all, name)
	}
	return all
}

func (b *BadMostlyRead) BadAdd(id int, name string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.names[id] = name
}

type BadMostlyWritten struct {
	last sync.Map // want AD002 "a `sync.Map` that is mostly written"
}

func (b *BadMostlyWritten) BadSet(id int)    { b.last.Store(id, true) }
func (b *BadMostlyWritten) BadUnset(id int)  { b.last.Store(id, false) }
func (b *BadMostlyWritten) BadRemove(id int) { b.last.Delete(id) }

type OkMixed struct {
	mu    sync.Mutex
	items map[string]int
}

func (o *OkMixed) OkAdd(name string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.items[name]++
}

func (o *OkMixed) OkRemove(name string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	delete(o.items, name)
}

type OkRead struct {
	mu    sync.RWMutex
	items map[string]int
}

func (o *OkRead) OkGet(name string) int {
	o.mu.RLock()
	defer o.mu.RUnlock()
	return o.items[name]
}

func (o *OkRead) OkSet(name string, n int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.items[name] = n
}

type OkMap struct{ seen sync.Map }

func (o *OkMap) OkSeen(name string) bool {
	_, loaded := o.seen.LoadOrStore(name, true)
	return loaded
}

func (o *OkMap) OkHas(name string) bool {
	_, ok := o.seen.Load(name)
	return ok
}

type OkAlone struct{ items map[string]int }

func (o *OkAlone) OkGet(name string) int { return o.items[name] }

func (o *OkAlone) OkReplace(all map[string]int) { o.items = all }
