// Package lostcancel has a cancel function that is thrown away, as it should be.
package lostcancel

import (
	"context"
	"net/http"
	"time"
)

func Call(ctx context.Context, req *http.Request, c *http.Client) (*http.Response, error) {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	resp, err := c.Do(req.WithContext(ctx))
	if err != nil {
		cancel()
		return nil, err
	}
	context.AfterFunc(ctx, cancel)
	return resp, nil
}
