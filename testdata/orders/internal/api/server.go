// Package api is the HTTP interface of the order service.
package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/pprof"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"fixtures.test/orders/internal/bundle"
	"fixtures.test/orders/internal/cache"
	"fixtures.test/orders/internal/events"
	"fixtures.test/orders/internal/hold"
	"fixtures.test/orders/internal/loyalty"
	"fixtures.test/orders/internal/payment"
	"fixtures.test/orders/internal/pricing"
	"fixtures.test/orders/internal/progress"
	"fixtures.test/orders/internal/report"
	"fixtures.test/orders/internal/stock"
	"fixtures.test/orders/internal/store"
	"fixtures.test/orders/internal/traffic"
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
	Loyalty   *loyalty.Programme
	Holds     *hold.Desk

	traffic traffic.Meter
	placed  int64
	number  uint64
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
	mux.HandleFunc("/coupons/", s.coupon)
	mux.HandleFunc("/holds/", s.hold)
	mux.HandleFunc("/healthz", func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusNoContent)
	})
	return s.observe(mux)
}

// Requests is the number of requests so far.
func (s *Server) Requests() int64 { return s.traffic.Requests() }

// status remembers how a request was answered.
type status struct {
	http.ResponseWriter
	code int
}

func (s *status) WriteHeader(code int) {
	s.code = code
	s.ResponseWriter.WriteHeader(code)
}

// observe counts requests, gives each a number that its goroutines and its
// lines in the log carry, and tells about those that failed or took long.
func (s *Server) observe(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.traffic.Count()
		id := fmt.Sprintf("r-%06d", atomic.AddUint64(&s.number, 1))
		ctx := pprof.WithLabels(r.Context(), pprof.Labels("request_id", id))
		pprof.SetGoroutineLabels(ctx)
		defer pprof.SetGoroutineLabels(r.Context())
		start := time.Now()
		answer := &status{ResponseWriter: w, code: http.StatusOK}
		next.ServeHTTP(answer, r.WithContext(ctx))
		took := time.Since(start)
		log := slog.With("request_id", id, "method", r.Method, "path", r.URL.Path,
			"status", answer.code, "ms", took.Milliseconds())
		switch {
		case answer.code >= http.StatusInternalServerError:
			log.Error("request failed")
		case took > 5*time.Second:
			log.Warn("request was slow")
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

// coupon redeems a coupon, or ends the account of its customer.
func (s *Server) coupon(w http.ResponseWriter, r *http.Request) {
	coupon := strings.TrimPrefix(r.URL.Path, "/coupons/")
	customer := r.URL.Query().Get("customer")
	switch r.Method {
	case http.MethodDelete:
		s.Loyalty.Close(customer, coupon)
	case http.MethodPut:
		s.Loyalty.Issue(coupon, 100)
	default:
		if err := s.Loyalty.Redeem(customer, coupon); err != nil {
			http.Error(w, err.Error(), http.StatusNotFound)
			return
		}
	}
	w.WriteHeader(http.StatusNoContent)
}

// hold keeps an article back, or gives it back before its time.
func (s *Server) hold(w http.ResponseWriter, r *http.Request) {
	name := strings.TrimPrefix(r.URL.Path, "/holds/")
	if r.Method == http.MethodDelete {
		if !s.Holds.Cancel(name) {
			http.Error(w, "nothing is kept under that name", http.StatusNotFound)
			return
		}
	} else {
		s.Holds.Place(name)
	}
	w.WriteHeader(http.StatusNoContent)
}

func answer(w http.ResponseWriter, value interface{}) {
	w.Header().Set("Content-Type", "application/json")
	if err := json.NewEncoder(w).Encode(value); err != nil {
		slog.Warn("answer not sent", "error", err)
	}
}
