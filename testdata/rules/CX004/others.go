package cx004

import (
	"context"

	"example.com/rules/cx004/lib"
)

type fetcher interface{ fetch(context.Context) error }

func BadOtherPackage(ctx context.Context) error {
	return lib.Fetch(context.Background()) // want CX004 "`Fetch` gets an empty context although one is at hand"
}

func BadInterface(ctx context.Context, f fetcher) error {
	return f.fetch(context.TODO()) // want CX004 "`fetch` gets an empty context although one is at hand"
}

func OkOtherPackage(ctx context.Context, f fetcher) error {
	if err := f.fetch(ctx); err != nil {
		return err
	}
	return lib.Fetch(ctx)
}

// FN_MadeElsewhere gets its empty context from another package.
func FN_MadeElsewhere(ctx context.Context) error { return lib.Fetch(lib.Empty()) }
