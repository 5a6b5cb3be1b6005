// Package pn013 writes maps.
package pn013

import (
	"encoding/json"
	"errors"
	"log"
	"sync"

	"example.com/rules/pn013/lib"
)

func BadGoroutine(words chan string) {
	var seen map[string]int
	go func() {
		for word := range words {
			seen[word]++ // want PN013 "writes to a map that is nil"
		}
	}()
}

type cache struct {
	mu    sync.Mutex
	items map[string]string
}

func newCache() *cache { return &cache{} }

func (c *cache) BadField(key, value string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.items[key] = value // want PN013 "writes to a map that is nil"
}

var registry map[string]func()

func BadGlobal(name string, f func()) {
	registry[name] = f // want PN013 "writes to a map that is nil"
}

func BadLocal(words []string) map[string]bool {
	var set map[string]bool
	for _, word := range words {
		set[word] = true // want PN013 "writes to a map that is nil"
	}
	return set
}

func BadPath(words []string, known bool) map[string]bool {
	var set map[string]bool
	if known {
		set = make(map[string]bool)
	}
	for _, word := range words {
		set[word] = true // want PN013 "writes to a map that is nil"
	}
	return set
}

func BadFresh(words []string) lib.Stats {
	stats := lib.Stats{}
	for _, word := range words {
		stats.Counts[word]++ // want PN013 "writes to a map that is nil"
	}
	return stats
}

func BadFreshPointer(word string) *lib.Stats {
	stats := &lib.Stats{}
	stats.Counts[word] = 1 // want PN013 "writes to a map that is nil"
	return stats
}

func load(name string) (map[string]string, error) {
	if name == "" {
		return nil, errors.New("no name")
	}
	return map[string]string{}, nil
}

func BadErrorLogged(name string) map[string]string {
	values, err := load(name)
	if err != nil {
		log.Print(err)
	}
	values["name"] = name // want PN013 "writes to a map that is nil"
	return values
}

type group[K comparable, V any] struct{ members map[K]V }

func newGroup[K comparable, V any]() *group[K, V] { return &group[K, V]{} }

func (g *group[K, V]) BadGeneric(key K, value V) {
	g.members[key] = value // want PN013 "writes to a map that is nil"
}

func BadResults(words []string) (counts map[string]int) {
	var wg sync.WaitGroup
	var mu sync.Mutex
	for _, word := range words {
		word := word
		wg.Add(1)
		go func() {
			defer wg.Done()
			mu.Lock()
			defer mu.Unlock()
			counts[word]++ // want PN013 "writes to a map that is nil"
		}()
	}
	wg.Wait()
	return counts
}

func OkMade(words []string) map[string]bool {
	set := make(map[string]bool)
	for _, word := range words {
		set[word] = true
	}
	return set
}

type index struct{ items map[string]string }

func newIndex() *index { return &index{items: map[string]string{}} }

func (i *index) OkField(key string) { i.items[key] = key }

type lazy struct{ items map[string]string }

func (l *lazy) OkLazy(key string) {
	if l.items == nil {
		l.items = make(map[string]string)
	}
	l.items[key] = key
}

func OkRead(key string) string {
	var none map[string]string
	return none[key]
}

func OkFilled(data []byte) (map[string]int, error) {
	var values map[string]int
	if err := json.Unmarshal(data, &values); err != nil {
		return nil, err
	}
	values["more"] = 1
	return values, nil
}

func OkCorrelated(words []string) map[string]bool {
	var set map[string]bool
	if len(words) > 0 {
		set = make(map[string]bool)
	}
	if len(words) > 0 {
		set[words[0]] = true
	}
	return set
}

func OkErrorReturned(name string) (map[string]string, error) {
	values, err := load(name)
	if err != nil {
		return nil, err
	}
	values["name"] = name
	return values, nil
}

func OkReplaced(name string) map[string]string {
	values, err := load(name)
	if err != nil {
		values = map[string]string{}
	}
	values["name"] = name
	return values
}

func OkMadeInGoroutine(word string) (counts map[string]int) {
	done := make(chan struct{})
	go func() {
		counts = map[string]int{}
		counts[word]++
		close(done)
	}()
	<-done
	return counts
}

func OkFreshWithMap(word string) lib.Stats {
	stats := lib.Stats{Counts: map[string]int{}}
	stats.Counts[word]++
	return stats
}

// Exported fields may be set by others.
func OkExported(stats *lib.Stats, word string) { stats.Counts[word]++ }

// FN_Nested has maps in a map.
func FN_Nested(word string) {
	nested := map[string]map[string]int{}
	nested[word]["a"] = 1
}

func OkAskedHere(on, more bool) map[string]string {
	var m map[string]string
	if on {
		if m == nil {
			m = make(map[string]string)
		}
		m["on"] = "1"
	}
	if more {
		if m == nil {
			m = make(map[string]string)
		}
		m["more"] = "1"
	}
	return m
}

// tally is made by nobody here: who makes it may give it its map.
type tally struct{ counts map[string]int }

func (t *tally) OkMadeByNobody(name string) { t.counts[name]++ }
