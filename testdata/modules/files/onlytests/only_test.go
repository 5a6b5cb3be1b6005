package onlytests_test

import "testing"

func TestNothing(*testing.T) {}
