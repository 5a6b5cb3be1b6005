//go:build go1.25

package files
