// Package lib has a struct with a map.
package lib

// Stats counts.
type Stats struct {
	Counts map[string]int
}
