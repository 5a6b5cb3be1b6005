//go:build !fixed

package payment

import (
	"context"
	"encoding/json"
	"net/http"
)

// Charge takes cents from the customer of order.
func (c *Client) Charge(ctx context.Context, order string, cents int) (*Receipt, error) {
	req, err := c.request(context.Background(), order, cents)
	if err != nil {
		return nil, err
	}
	resp, err := c.http.Do(req) // MARK: LEAK2
	if err != nil {
		return nil, err
	}
	if resp.StatusCode != http.StatusOK {
		return nil, &DeclinedError{Status: resp.StatusCode}
	}
	defer resp.Body.Close()
	receipt := new(Receipt)
	if err := json.NewDecoder(resp.Body).Decode(receipt); err != nil {
		return nil, err
	}
	return receipt, ctx.Err()
}
