package dr001

import (
	"sync"

	"example.com/dr001/helper"
)

// Only accesses in the package itself are followed.
func FN_OtherPackage() int {
	t := helper.NewTable()
	go t.Set("a", 1)
	return t.Get("b")
}

func OkOtherPackage() int {
	t := helper.NewGuarded()
	go t.Set("a", 1)
	return t.Get("b")
}

// Only accesses in the package itself are followed.
func FN_MapOfOtherPackage() {
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		defer wg.Done()
		helper.Registry["a"] = 1
	}()
	println(helper.Registry["b"])
	wg.Wait()
}
