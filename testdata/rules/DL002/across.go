package dl002

import "example.com/dl002/helper"

func BadAccountsOfOtherPackage() {
	a, b := &helper.Account{}, &helper.Account{}
	go func() {
		a.Lock()
		b.Take(1)
		a.Unlock()
	}()
	b.Lock()
	a.Take(1) // want DL002 "lock in different orders"
	b.Unlock()
}

func OkAccountsOfOtherPackage() {
	a, b := &helper.Account{}, &helper.Account{}
	go func() {
		a.Lock()
		b.Take(1)
		a.Unlock()
	}()
	a.Lock()
	b.Take(1)
	a.Unlock()
}
