// Package lib fills maps.
package lib

// Index measures words.
func BadIndex(words []string, measure func(string) int) map[string]int {
	sizes := map[string]int{}
	for _, word := range words {
		word := word
		go func() { // want GL010 "write the `sizes` that is returned"
			sizes[word] = measure(word)
		}()
	}
	return sizes
}
