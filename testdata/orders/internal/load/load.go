// Package load is the customers of the order service.
package load

import (
	"context"
	"fmt"
	"io"
	"math/rand"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Generator sends requests to a running service.
type Generator struct {
	base   string
	client *http.Client
	cancel bool
	wg     sync.WaitGroup
}

// NewGenerator returns the customers of the service at base. With cancel they
// give back what is kept for them.
func NewGenerator(base string, cancel bool) *Generator {
	return &Generator{
		base:   base,
		cancel: cancel,
		client: &http.Client{
			Timeout:   3 * time.Second,
			Transport: &http.Transport{MaxIdleConnsPerHost: 32},
		},
	}
}

// Run sends requests until ctx ends. A factor of 1 is about thirty requests a
// second.
func (g *Generator) Run(ctx context.Context, factor float64) {
	g.stream(ctx, 20*factor, g.order)
	g.stream(ctx, 6*factor, g.browse)
	g.stream(ctx, 0.5*factor, g.follow)
	g.stream(ctx, 0.5*factor, g.restock)
	g.stream(ctx, 0.4*factor, g.checkout)
	g.stream(ctx, 0.5*factor, g.revenue)
	g.stream(ctx, 1*factor, g.bundle)
	g.stream(ctx, 0.5*factor, g.redeem)
	g.stream(ctx, 0.5*factor, g.closeAccount)
	g.stream(ctx, 0.3*factor, g.hold)
	g.wg.Wait()
	g.client.CloseIdleConnections()
}

// stream sends the requests of one kind at a steady rate per second.
func (g *Generator) stream(ctx context.Context, rate float64, send func(ctx context.Context, n int)) {
	g.wg.Add(1)
	go func() {
		defer g.wg.Done()
		ticker := time.NewTicker(time.Duration(float64(time.Second) / rate))
		defer ticker.Stop()
		for n := 0; ; n++ {
			select {
			case <-ticker.C:
				g.wg.Add(1)
				go func(n int) {
					defer g.wg.Done()
					send(ctx, n)
				}(n)
			case <-ctx.Done():
				return
			}
		}
	}()
}

func (g *Generator) order(ctx context.Context, n int) {
	sku := fmt.Sprintf("sku-%d", rand.New(rand.NewSource(int64(n))).Intn(400))
	g.post(ctx, "/orders", fmt.Sprintf(`{"id":"o-%d","sku":%q,"quantity":%d}`, n, sku, n%5+1))
}

func (g *Generator) browse(ctx context.Context, n int) {
	g.get(ctx, fmt.Sprintf("/catalogue/sku-%d", n%300))
}

func (g *Generator) follow(ctx context.Context, n int) {
	g.get(ctx, fmt.Sprintf("/events/o-%d", n*40))
}

func (g *Generator) restock(ctx context.Context, n int) {
	g.post(ctx, fmt.Sprintf("/stock/sku-%d?delta=-1", n%7), "")
}

func (g *Generator) checkout(ctx context.Context, n int) {
	g.get(ctx, fmt.Sprintf("/checkout/o-%d", n))
}

func (g *Generator) revenue(ctx context.Context, n int) {
	g.get(ctx, fmt.Sprintf("/reports/revenue?day=%d", n))
}

func (g *Generator) bundle(ctx context.Context, n int) {
	skus := []string{"sku-1", "sku-2", fmt.Sprintf("sku-%d", n%50)}
	if n%4 == 3 {
		skus[1] = " "
	}
	g.post(ctx, "/bundles", `["`+strings.Join(skus, `","`)+`"]`)
}

func (g *Generator) redeem(ctx context.Context, n int) {
	coupon := fmt.Sprintf("/coupons/c-%d?customer=u-%d", n, n%40)
	g.send(ctx, http.MethodPut, coupon, "")
	g.send(ctx, http.MethodPost, coupon, "")
}

// closeAccount does nothing at first: only old customers leave.
func (g *Generator) closeAccount(ctx context.Context, n int) {
	if n%10 == 9 {
		g.send(ctx, http.MethodDelete, fmt.Sprintf("/coupons/c-%d?customer=u-%d", n, n%40), "")
	}
}

func (g *Generator) hold(ctx context.Context, n int) {
	name := fmt.Sprintf("/holds/h-%d", n)
	g.send(ctx, http.MethodPut, name, "")
	if g.cancel && n%4 == 3 {
		g.send(ctx, http.MethodDelete, name, "")
	}
}

func (g *Generator) get(ctx context.Context, path string) {
	g.send(ctx, http.MethodGet, path, "")
}

func (g *Generator) post(ctx context.Context, path, body string) {
	g.send(ctx, http.MethodPost, path, body)
}

func (g *Generator) send(ctx context.Context, method, path, body string) {
	req, err := http.NewRequest(method, g.base+path, strings.NewReader(body))
	if err != nil {
		return
	}
	req.Header.Set("Content-Type", "application/json")
	g.do(req.WithContext(ctx))
}

// do ignores what the service answers: customers come back anyway.
func (g *Generator) do(req *http.Request) {
	resp, err := g.client.Do(req)
	if err != nil {
		return
	}
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, resp.Body)
}
