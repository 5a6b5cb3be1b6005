// Package api is the HTTP interface of the order service.
package api

import (
	"context"
	"encoding/json"
	"errors"
	"log"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"fixtures.test/orders/internal/bundle"
	"fixtures.test/orders/internal/cache"
	"fixtures.test/orders/internal/events"
	"fixtures.test/orders/internal/payment"
	"fixtures.test/orders/internal/pricing"
	"fixtures.test/orders/internal/progress"
	"fixtures.test/orders/internal/report"
	"fixtures.test/orders/internal/stock"
	"fixtures.test/orders/internal/store"
	"fixtures.test/orders/internal/worker"
)

// Server holds what the handlers need.
type Server struct {
	Pricing   *pricing.Service
	Payment   *payment.Client
	Orders    *store.Orders
	Bus       *events.Bus
	Stock     *stock.Keeper
	Reports   *report.Reporter
	Bundles   *bundle.Pricer
	Catalogue *cache.Cache
	Workers   *worker.Pool

	placed int64
}

// Placed is the number of orders placed so far.
func (s *Server) Placed() int64 { return atomic.LoadInt64(&s.placed) }

// Handler routes requests.
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/orders", s.placeOrder)
	mux.HandleFunc("/events/", s.followOrder)
	mux.HandleFunc("/stock/", s.adjustStock)
	mux.HandleFunc("/checkout/", s.checkout)
	mux.HandleFunc("/reports/revenue", s.revenue)
	mux.HandleFunc("/bundles", s.priceBundle)
	mux.HandleFunc("/catalogue/", s.catalogue)
	mux.HandleFunc("/healthz", func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusNoContent)
	})
	return logSlow(mux)
}

// logSlow tells about requests that took long.
func logSlow(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		next.ServeHTTP(w, r)
		if took := time.Since(start); took > 5*time.Second {
			log.Printf("api: %s %s took %v", r.Method, r.URL.Path, took.Round(time.Millisecond))
		}
	})
}

// Order is what a customer sends.
type Order struct {
	ID       string `json:"id"`
	SKU      string `json:"sku"`
	Quantity int    `json:"quantity"`
}

func (s *Server) placeOrder(w http.ResponseWriter, r *http.Request) {
	var o Order
	if err := json.NewDecoder(r.Body).Decode(&o); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	receipt, err := s.place(r.Context(), o)
	var declined *payment.DeclinedError
	switch {
	case err == nil:
		answer(w, receipt)
	case errors.Is(err, pricing.ErrTimeout):
		http.Error(w, err.Error(), http.StatusGatewayTimeout)
	case errors.As(err, &declined):
		http.Error(w, err.Error(), http.StatusPaymentRequired)
	default:
		http.Error(w, err.Error(), http.StatusInternalServerError)
	}
}

func (s *Server) place(ctx context.Context, o Order) (*payment.Receipt, error) {
	quote, err := s.Pricing.Quote(o.SKU, o.Quantity)
	if err != nil {
		return nil, err
	}
	if err := s.Orders.Insert(ctx, o.ID, quote.Cents); err != nil {
		return nil, err
	}
	receipt, err := s.Payment.Charge(ctx, o.ID, quote.Cents)
	if err != nil {
		return nil, err
	}
	atomic.AddInt64(&s.placed, 1)
	s.Bus.Publish(events.Event{Order: o.ID, State: "paid"})
	return receipt, s.Workers.Submit(ctx, func() { s.confirm(o.ID) })
}

// confirm stands for the confirmation mail.
func (s *Server) confirm(order string) {
	time.Sleep(10 * time.Millisecond)
	s.Bus.Publish(events.Event{Order: order, State: "confirmed"})
}

func (s *Server) followOrder(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), 2*time.Second)
	defer cancel()
	answer(w, events.Follow(ctx, s.Bus, strings.TrimPrefix(r.URL.Path, "/events/")))
}

func (s *Server) adjustStock(w http.ResponseWriter, r *http.Request) {
	delta, err := strconv.Atoi(r.URL.Query().Get("delta"))
	if err != nil {
		http.Error(w, "delta must be a number", http.StatusBadRequest)
		return
	}
	sku := strings.TrimPrefix(r.URL.Path, "/stock/")
	answer(w, map[string]int{"left": s.Stock.Adjust(sku, delta)})
}

func (s *Server) checkout(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), 1500*time.Millisecond)
	defer cancel()
	meter := progress.Watch(ctx)
	<-ctx.Done()
	answer(w, map[string]int{"percent": meter.Percent()})
}

func (s *Server) revenue(w http.ResponseWriter, r *http.Request) {
	day, err := strconv.Atoi(r.URL.Query().Get("day"))
	if err != nil {
		http.Error(w, "day must be a number", http.StatusBadRequest)
		return
	}
	cents, err := s.Reports.Revenue(r.Context(), day)
	if err != nil {
		http.Error(w, err.Error(), http.StatusNotFound)
		return
	}
	answer(w, map[string]int{"cents": cents})
}

func (s *Server) priceBundle(w http.ResponseWriter, r *http.Request) {
	var skus []string
	if err := json.NewDecoder(r.Body).Decode(&skus); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	cents, err := s.Bundles.Price(skus)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	answer(w, map[string]int{"cents": cents})
}

func (s *Server) catalogue(w http.ResponseWriter, r *http.Request) {
	answer(w, map[string]int{"cents": s.Catalogue.Price(strings.TrimPrefix(r.URL.Path, "/catalogue/"))})
}

func answer(w http.ResponseWriter, value interface{}) {
	w.Header().Set("Content-Type", "application/json")
	if err := json.NewEncoder(w).Encode(value); err != nil {
		log.Printf("api: answer not sent: %v", err)
	}
}
