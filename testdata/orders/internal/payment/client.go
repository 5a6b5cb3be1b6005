// Package payment talks to the payment provider over HTTP.
package payment

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"
)

// Receipt is the provider's answer to a successful charge.
type Receipt struct {
	ID    string `json:"id"`
	Cents int    `json:"cents"`
}

// Client charges customers.
type Client struct {
	base string
	http *http.Client
}

// NewClient returns a client of the provider at base.
func NewClient(base string) *Client {
	return &Client{
		base: base,
		http: &http.Client{Transport: &http.Transport{
			MaxIdleConnsPerHost:   16,
			ResponseHeaderTimeout: 5 * time.Second,
			IdleConnTimeout:       90 * time.Second,
		}},
	}
}

func (c *Client) request(ctx context.Context, order string, cents int) (*http.Request, error) {
	body, err := json.Marshal(map[string]interface{}{"order": order, "cents": cents})
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequest(http.MethodPost, c.base+"/charge", bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	return req.WithContext(ctx), nil
}

// DeclinedError tells why the provider did not charge.
type DeclinedError struct{ Status int }

func (e *DeclinedError) Error() string {
	return fmt.Sprintf("payment: declined with status %d", e.Status)
}
