// Package dr001 has what DR001 finds (concurrent-map-access), and what it does not.
package dr001

import "sync"

func BadClosure(words []string) map[string]int {
	seen := make(map[string]int)
	var wg sync.WaitGroup
	for _, word := range words {
		wg.Add(1)
		go func(word string) {
			defer wg.Done()
			seen[word]++ // want DR001 "map `seen`"
		}(word)
	}
	wg.Wait()
	return seen
}

func OkClosure(words []string) map[string]int {
	seen := make(map[string]int)
	var mu sync.Mutex
	var wg sync.WaitGroup
	for _, word := range words {
		wg.Add(1)
		go func(word string) {
			defer wg.Done()
			mu.Lock()
			seen[word]++
			mu.Unlock()
		}(word)
	}
	wg.Wait()
	return seen
}

type table struct {
	mu   sync.RWMutex
	rows map[int]string
}

func (t *table) set(id int, row string) {
	t.rows[id] = row // want DR001 "rows"
}

func (t *table) setLocked(id int, row string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.rows[id] = row
}

func (t *table) get(id int) string {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return t.rows[id]
}

func BadField() string {
	t := &table{rows: map[int]string{}}
	go t.set(1, "one")
	return t.get(2)
}

func OkField() string {
	t := &table{rows: map[int]string{}}
	go t.setLocked(1, "one")
	return t.get(2)
}

func fill(m map[int]bool, done chan<- bool) {
	m[1] = true // want DR001 "map"
	done <- true
}

func BadParameter() bool {
	m := make(map[int]bool)
	done := make(chan bool)
	go fill(m, done)
	found := m[2]
	<-done
	return found
}

func OkParameter() bool {
	m := make(map[int]bool)
	done := make(chan bool)
	go fillQuietly(m, done)
	<-done
	return m[2]
}

func fillQuietly(m map[int]bool, done chan<- bool) {
	m[1] = true
	done <- true
}

type sink interface{ put(key string) }

type mapSink struct{ keys map[string]bool }

func (s mapSink) put(key string) {
	s.keys[key] = true // want DR001 "keys"
}

func BadInterface() {
	var s sink = mapSink{keys: map[string]bool{}}
	var wg sync.WaitGroup
	wg.Add(2)
	for _, key := range []string{"a", "b"} {
		key := key
		go func() {
			s.put(key)
			wg.Done()
		}()
	}
	wg.Wait()
}

type oneSink struct{ keys map[string]bool }

func (s oneSink) put(key string) {
	s.keys[key] = true
}

func OkInterface() {
	var s sink = oneSink{keys: map[string]bool{}}
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		s.put("a")
		wg.Done()
	}()
	wg.Wait()
	s.put("b")
}

func store[K comparable, V any](m map[K]V, k K, v V) {
	m[k] = v // want DR001 "map"
}

func BadGeneric() int {
	m := map[string]int{}
	go store(m, "a", 1)
	return len(m)
}

func storeOnce[K comparable, V any](m map[K]V, k K, v V) {
	m[k] = v
}

func OkGeneric() int {
	m := map[string]int{}
	storeOnce(m, "a", 1)
	done := make(chan int)
	go func() { done <- len(m) }()
	return <-done
}

var registry = map[string]int{}

func BadDelete() {
	go delete(registry, "a") // want DR001 "registry"
	for range registry {
	}
}

func OkReadOnly() int {
	m := map[string]int{"a": 1}
	done := make(chan int, 2)
	go func() { done <- m["a"] }()
	go func() { done <- m["b"] }()
	return m["a"]
}
