// Package sleepsync is tested.
package sleepsync
