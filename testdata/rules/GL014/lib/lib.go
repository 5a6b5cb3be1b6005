// Package lib has a large type.
package lib

// Page is large.
type Page [1 << 17]byte
