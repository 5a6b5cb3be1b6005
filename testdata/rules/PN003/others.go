package pn003

import "example.com/rules/pn003/lib"

type source interface{ channel() chan int }

type empty struct{}

func (empty) channel() chan int { return nil }

// FN_OtherPackage closes a variable of another package, which may be given a channel elsewhere.
func FN_OtherPackage() { close(lib.Never) }

// FN_Result closes what a function of another package returns.
func FN_Result() { close(lib.Nothing()) }

// FN_Interface closes what a method of an interface returns.
func FN_Interface(s source) { close(s.channel()) }

// FN_InClosure closes a variable of the function around, which may be given a channel before the literal runs.
func FN_InClosure() func() {
	var ch chan int
	return func() { close(ch) }
}

func OkOtherPackage() { close(lib.Made()) }

func OkInterface(s source) { close(s.channel()) }
