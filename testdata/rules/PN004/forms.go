package pn004

import (
	"sync"

	"example.com/pn004/helper"
)

func BadOtherPackage() {
	var wg sync.WaitGroup
	wg.Add(1)
	helper.Finish(&wg)
	helper.Finish(&wg) // want PN004 "below zero"
}

func OkOtherPackage() {
	var wg sync.WaitGroup
	wg.Add(2)
	helper.Finish(&wg)
	helper.Finish(&wg)
	wg.Wait()
}
