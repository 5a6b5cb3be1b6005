//go:build fixed

package payment

import (
	"context"
	"encoding/json"
	"net/http"
)

// Charge takes cents from the customer of order.
func (c *Client) Charge(ctx context.Context, order string, cents int) (*Receipt, error) {
	req, err := c.request(ctx, order, cents)
	if err != nil {
		return nil, err
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, &DeclinedError{Status: resp.StatusCode}
	}
	receipt := new(Receipt)
	if err := json.NewDecoder(resp.Body).Decode(receipt); err != nil {
		return nil, err
	}
	return receipt, nil
}
