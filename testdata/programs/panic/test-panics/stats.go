// Package stats computes key figures.
package stats

import "sort"

// Median returns the middle value.
func Median(values []int) int {
	sorted := append([]int(nil), values...)
	sort.Ints(sorted)
	return sorted[len(sorted)/2] // MARK: BUG
}
