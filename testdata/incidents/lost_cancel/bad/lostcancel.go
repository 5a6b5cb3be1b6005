// Package lostcancel has a cancel function that is thrown away.
//
// want CX001
package lostcancel

import (
	"context"
	"net/http"
	"time"
)

func Call(ctx context.Context, req *http.Request, c *http.Client) (*http.Response, error) {
	ctx, _ = context.WithTimeout(ctx, time.Second)
	return c.Do(req.WithContext(ctx))
}
