// +build windows
package files

// The line above belongs to the documentation: no blank line.
