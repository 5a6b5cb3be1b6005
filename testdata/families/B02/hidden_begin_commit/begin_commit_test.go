// B02: begin locks and commit unlocks; the way out after a failed write calls neither commit nor rollback.
package b02

import (
	"errors"
	"sync"
	"testing"
)

type backend struct {
	writer sync.Mutex
	pages  map[int]string
	failOn int
}

type batch struct {
	db    *backend
	dirty map[int]string
}

func (b *backend) begin() *batch {
	b.writer.Lock() // want DL003
	return &batch{db: b, dirty: map[int]string{}}
}

func (tx *batch) write(page int, text string) error {
	if page == tx.db.failOn {
		return errors.New("disk full")
	}
	tx.dirty[page] = text
	return nil
}

func (tx *batch) commit() {
	for p, text := range tx.dirty {
		tx.db.pages[p] = text
	}
	tx.db.writer.Unlock()
}

func (tx *batch) rollback() {
	tx.dirty = nil
	tx.db.writer.Unlock()
}

func save(db *backend, pages map[int]string) error {
	tx := db.begin()
	for p, text := range pages {
		if err := tx.write(p, text); err != nil {
			return err
		}
	}
	tx.commit()
	return nil
}

func TestBeginCommit(t *testing.T) {
	db := &backend{pages: map[int]string{}, failOn: 7}
	if err := save(db, map[int]string{7: "x"}); err == nil {
		t.Error("written to a full disk")
	}
	done := make(chan error, 1)
	go func() { done <- save(db, map[int]string{1: "y"}) }()
	if err := <-done; err != nil {
		t.Error(err)
	}
}
