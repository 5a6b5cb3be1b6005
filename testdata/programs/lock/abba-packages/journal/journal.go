// Package journal records stock movements.
package journal

import (
	"sync"
	"time"
)

// Entry is one movement.
type Entry struct {
	SKU   string
	Delta int
}

// Journal is an append-only list of entries that can be compacted.
type Journal struct {
	mu      sync.Mutex
	entries []Entry
}

// New returns an empty journal.
func New() *Journal { return &Journal{} }

// Append adds an entry.
func (j *Journal) Append(e Entry) {
	j.mu.Lock() // MARK: APPEND
	defer j.mu.Unlock()
	j.entries = append(j.entries, e)
}

// Compact drops the entries that live does not want to keep.
func (j *Journal) Compact(live func(Entry) bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	time.Sleep(150 * time.Millisecond)
	kept := j.entries[:0]
	for _, e := range j.entries {
		if live(e) {
			kept = append(kept, e)
		}
	}
	j.entries = kept
}
