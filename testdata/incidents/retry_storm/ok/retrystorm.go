// Package retrystorm has requests that are tried again at once, for ever, as it should be.
package retrystorm

import (
	"context"
	"net/http"
	"time"
)

func Fetch(ctx context.Context, c *http.Client, req *http.Request) *http.Response {
	for {
		resp, err := c.Do(req)
		if err == nil {
			return resp
		}
		if ctx.Err() != nil {
			return nil
		}
		time.Sleep(time.Second)
	}
}
