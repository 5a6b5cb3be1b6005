package main

import (
	"context"
	"fmt"
)

type userKey struct{}

type user struct{ name string }

func userOf(ctx context.Context) *user {
	return ctx.Value(userKey{}).(*user) // MARK: BUG
}

func greet(ctx context.Context) {
	fmt.Println("hello", userOf(ctx).name)
}

func main() {
	greet(context.WithValue(context.Background(), userKey{}, &user{name: "ann"}))
	greet(context.WithValue(context.Background(), userKey{}, user{name: "bob"}))
}
