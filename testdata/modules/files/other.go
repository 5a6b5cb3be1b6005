//go:build !linux && !windows

package files

const system = "other"
