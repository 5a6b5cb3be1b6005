// Package retrystorm has requests that are tried again at once, for ever.
//
// want RS009
package retrystorm

import (
	"context"
	"net/http"
)

func Fetch(ctx context.Context, c *http.Client, req *http.Request) *http.Response {
	for {
		resp, err := c.Do(req)
		if err == nil {
			return resp
		}
	}
}
