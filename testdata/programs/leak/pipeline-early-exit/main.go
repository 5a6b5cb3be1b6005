package main

import (
	"strings"
	"time"

	"fixtures.test/programs/internal/harness"
)

func scan(lines []string) <-chan string {
	out := make(chan string)
	go func() {
		defer close(out)
		emit(out, lines)
	}()
	return out
}

func emit(out chan<- string, lines []string) {
	for _, l := range lines {
		out <- l // MARK: SCAN
	}
}

func tokenize(in <-chan string, out chan<- string) {
	defer close(out)
	for l := range in {
		for _, w := range strings.Fields(l) {
			out <- w // MARK: TOKEN
		}
	}
}

func normalize(in <-chan string, out chan<- string) {
	defer close(out)
	for w := range in {
		out <- strings.ToLower(strings.Trim(w, ".,;")) // MARK: NORMAL
	}
}

// contains tells whether word occurs in the text.
func contains(lines []string, word string) bool {
	words, normal := make(chan string), make(chan string)
	go tokenize(scan(lines), words)
	go normalize(words, normal)
	for w := range normal {
		if w == word {
			return true
		}
	}
	return false
}

func main() {
	text := []string{"The quick, brown fox", "jumps over", "the lazy dog.", "End of text."}
	harness.Every(10*time.Second, func() {
		if !contains(text, "fox") {
			panic("no fox")
		}
	})
	harness.Run()
}
