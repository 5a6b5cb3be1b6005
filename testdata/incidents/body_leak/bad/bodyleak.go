// Package bodyleak has an HTTP client whose response bodies stay open when the status is not 200.
//
// want RS003
package bodyleak

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"
)

type Client struct {
	base string
	hc   *http.Client
}

func New(base string) *Client { return &Client{base: base, hc: &http.Client{Timeout: 5 * time.Second}} }

type Item struct{ ID string }

func (c *Client) Fetch(id string) (*Item, error) {
	resp, err := c.hc.Get(c.base + "/items/" + id)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("status %d", resp.StatusCode)
	}
	defer resp.Body.Close()
	var it Item
	if err := json.NewDecoder(resp.Body).Decode(&it); err != nil {
		return nil, err
	}
	return &it, nil
}
