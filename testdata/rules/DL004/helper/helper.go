// Package helper has a book.
package helper

import "sync"

// Book is read and written.
type Book struct {
	mu    sync.RWMutex
	lines []string
}

// NewBook is empty.
func NewBook() *Book { return &Book{} }

// RLock is for readers.
func (b *Book) RLock() { b.mu.RLock() }

// RUnlock is for readers.
func (b *Book) RUnlock() { b.mu.RUnlock() }

// Write locks the book.
func (b *Book) Write(line string) {
	b.mu.Lock()
	b.lines = append(b.lines, line)
	b.mu.Unlock()
}
