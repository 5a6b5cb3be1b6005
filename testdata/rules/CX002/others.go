package cx002

import (
	"context"

	"example.com/rules/cx002/lib"
)

type listener interface {
	listen(ctx context.Context, in <-chan int)
}

// FN_OtherPackage starts a function of another package that does not look at its context.
func FN_OtherPackage(ctx context.Context, in chan int) { go lib.Deaf(ctx, in) }

// FN_Interface starts a method of an interface, whose implementation is not looked up.
func FN_Interface(ctx context.Context, l listener, in chan int) { go l.listen(ctx, in) }

func OkOtherPackage(ctx context.Context, in chan int) { go lib.Hears(ctx, in) }

func OkHandedToInterface(ctx context.Context, l listener, in chan int) {
	go func() {
		l.listen(ctx, in)
	}()
}
