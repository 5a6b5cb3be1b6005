// Package testfatal is tested.
package testfatal
