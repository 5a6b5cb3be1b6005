package dl001

import (
	"sync"

	"example.com/dl001/helper"
)

func BadStoreOfOtherPackage(s *helper.Store) int {
	s.Lock()
	defer s.Unlock()
	return s.Get("a") // want DL001 "locks what it has locked already"
}

func OkStoreOfOtherPackage(s *helper.Store) int {
	s.Lock()
	defer s.Unlock()
	return s.Peek("a")
}

func BadHelperOfOtherPackage(mu *sync.Mutex) {
	mu.Lock()
	defer mu.Unlock()
	helper.With(mu, func() {}) // want DL001 "locks what it has locked already"
}

func OkHelperOfOtherPackage(mu *sync.Mutex) {
	mu.Lock()
	mu.Unlock()
	helper.With(mu, func() {})
}
