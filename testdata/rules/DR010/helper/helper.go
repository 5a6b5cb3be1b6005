// Package helper helps tests.
package helper

import "testing"

// Check fails the test.
func Check(t *testing.T, err error) {
	if err != nil {
		t.Error(err)
	}
}
