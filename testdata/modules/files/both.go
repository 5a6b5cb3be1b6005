//go:build windows
// +build linux

package files
