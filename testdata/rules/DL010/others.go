package dl010

import (
	"sync"

	"example.com/rules/dl010/lib"
)

type loader interface{ load(*sync.Once) }

func BadOtherPackage() {
	lib.Setup.Do(func() { // want DL010 "this Do waits for itself"
		lib.Setup.Do(func() {})
	})
}

// FN_InOtherPackage calls a function of another package that comes back to the Once.
func FN_InOtherPackage() { lib.Setup.Do(lib.Ensure) }

// FN_Interface calls a method of an interface that comes back to the Once.
func FN_Interface(o *sync.Once, l loader) { o.Do(func() { l.load(o) }) }

func OkOtherPackage() { lib.Ensure() }
