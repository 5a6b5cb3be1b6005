// Package lib reads lines.
package lib

import "bufio"

// Each starts a goroutine for each line.
func BadEach(lines *bufio.Scanner, handle func(string)) {
	for lines.Scan() {
		line := lines.Text()
		go handle(line) // want GL009 "for each line"
	}
}
