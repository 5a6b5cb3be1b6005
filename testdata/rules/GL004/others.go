package gl004

import "example.com/rules/gl004/lib"

type parker interface{ park() }

type still struct{}

func (still) park() {
	select {} // FN_Interface starts it, and the call does not say so.
}

// FN_Interface starts a method of an interface, whose implementation is not looked up.
func FN_Interface(p parker) { go p.park() }

// FN_OtherPackage starts a function of another package, whose body is not looked at.
func FN_OtherPackage() { go lib.Park() }

func BadAfterOtherPackage(done chan struct{}) {
	go func() {
		lib.Wait(done)
		select {} // want GL004 "for ever"
	}()
}

func OkOtherPackage(done chan struct{}) { go lib.Wait(done) }
