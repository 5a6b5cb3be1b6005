package cx001

import (
	"context"

	"example.com/rules/cx001/helper"
)

func BadIgnoredByOtherPackage(ctx context.Context) {
	ctx, cancel := context.WithCancel(ctx) // want CX001 "`cancel` is not called"
	helper.Ignore(ctx, cancel)
}

func OkCalledByOtherPackage(ctx context.Context) {
	_, cancel := context.WithCancel(ctx)
	helper.Call(cancel)
}

func OkKeptByOtherPackage(ctx context.Context, o *helper.Owner) {
	_, cancel := context.WithCancel(ctx)
	o.Keep(cancel)
}
