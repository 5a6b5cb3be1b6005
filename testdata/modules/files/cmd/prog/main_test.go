package main_test

import "testing"

func TestMain(*testing.M) {}
