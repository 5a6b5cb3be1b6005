// Package limited gives its requests a context.
package limited

import (
	"context"
	"net/http"
)

var client = &http.Client{}

// OkContext can be ended by its caller.
func OkContext(ctx context.Context, u string) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u, nil)
	if err != nil {
		return nil, err
	}
	return client.Do(req)
}
