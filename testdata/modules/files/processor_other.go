// Copyright of nobody.

// +build !amd64

package files

const processor = "other"
