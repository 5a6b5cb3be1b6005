package main

import (
	"testing"

	"example.com/two"
)

func TestTwo(t *testing.T) { t.Log(two.Name) }
