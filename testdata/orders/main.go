// Orders is a small order service: an HTTP interface, a database pool,
// background workers, a payment provider, a price cache and an event bus.
//
// The build tag fixed chooses the twin without leaks.
//
//	orders -load 1                 everything in one process, under load
//	orders -part service           only the service
//	orders -part world -load 1     only its customers and the payment provider
//	orders -load 1 -cancel         customers give back what is kept for them
package main

import (
	"context"
	"expvar"
	"flag"
	"hash/fnv"
	"log"
	"log/slog"
	"net/http"
	"net/http/pprof"
	"os"
	"os/signal"
	"runtime"
	"syscall"
	"time"

	"fixtures.test/orders/internal/api"
	"fixtures.test/orders/internal/bundle"
	"fixtures.test/orders/internal/cache"
	"fixtures.test/orders/internal/events"
	"fixtures.test/orders/internal/hold"
	"fixtures.test/orders/internal/load"
	"fixtures.test/orders/internal/loyalty"
	"fixtures.test/orders/internal/payment"
	"fixtures.test/orders/internal/pricing"
	"fixtures.test/orders/internal/report"
	"fixtures.test/orders/internal/stock"
	"fixtures.test/orders/internal/store"
	"fixtures.test/orders/internal/worker"
)

type config struct {
	part     string
	listen   string
	debug    string
	provider string
	load     float64
	cancel   bool
}

func main() {
	var c config
	flag.StringVar(&c.part, "part", "all", "what to run: all, service or world")
	flag.StringVar(&c.listen, "listen", "127.0.0.1:8080", "address of the service")
	flag.StringVar(&c.debug, "debug", "127.0.0.1:6060", "address of pprof and expvar")
	flag.StringVar(&c.provider, "provider", "127.0.0.1:8090", "address of the payment provider")
	flag.Float64Var(&c.load, "load", 0, "how busy the customers are, 1 is about thirty requests a second")
	flag.BoolVar(&c.cancel, "cancel", false, "customers give back what is kept for them before its time")
	flag.Parse()
	slog.SetDefault(slog.New(slog.NewJSONHandler(os.Stderr, nil)))

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()

	if c.part != "service" {
		go serve(&http.Server{Addr: c.provider, Handler: payment.Stub(), ReadHeaderTimeout: 5 * time.Second})
		if c.load > 0 {
			go load.NewGenerator("http://"+c.listen, c.cancel).Run(ctx, c.load)
		}
	}
	if c.part == "world" {
		<-ctx.Done()
		return
	}
	if err := run(ctx, c); err != nil {
		log.Fatal(err)
	}
}

// run is the service until ctx ends.
func run(ctx context.Context, c config) error {
	runtime.SetMutexProfileFraction(5)
	runtime.SetBlockProfileRate(100_000)

	db, err := store.Open("orders", 12)
	if err != nil {
		return err
	}
	defer db.Close()
	replica, err := store.Open("replica", 6)
	if err != nil {
		return err
	}
	defer replica.Close()

	orders := store.NewOrders(db)
	catalogue := cache.New(20*time.Second, func(sku string) int {
		cents, err := orders.Price(ctx, number(sku))
		if err != nil {
			log.Printf("catalogue: %v", err)
		}
		return cents
	})
	go catalogue.Sweep(ctx, 10*time.Second)

	bus := events.NewBus()
	go audit(bus)

	workers := worker.NewPool(8, 64)
	defer workers.Close()

	server := &api.Server{
		Pricing:   &pricing.Service{Patience: 80 * time.Millisecond},
		Payment:   payment.NewClient("http://" + c.provider),
		Orders:    orders,
		Bus:       bus,
		Stock:     stock.NewKeeper(stock.FlakyMailer(20)),
		Reports:   report.New(replica),
		Bundles:   bundle.NewPricer(catalogue),
		Catalogue: catalogue,
		Workers:   workers,
		Loyalty:   loyalty.New(),
		Holds:     hold.NewDesk(15 * time.Second),
	}

	debug := &http.Server{Addr: c.debug, Handler: debugHandler(server), ReadHeaderTimeout: 5 * time.Second}
	go serve(debug)
	public := &http.Server{
		Addr:              c.listen,
		Handler:           server.Handler(),
		ReadHeaderTimeout: 5 * time.Second,
		IdleTimeout:       2 * time.Minute,
	}
	go serve(public)
	slog.Info("serving", "address", c.listen)

	<-ctx.Done()
	grace, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if err := public.Shutdown(grace); err != nil {
		slog.Error("shutdown", "error", err)
	}
	return debug.Close()
}

func serve(s *http.Server) {
	if err := s.ListenAndServe(); err != nil && err != http.ErrServerClosed {
		log.Fatal(err)
	}
}

// audit is a subscriber for life.
func audit(bus *events.Bus) {
	paid := expvar.NewInt("orders_paid")
	sub := bus.Subscribe()
	for ev := range sub.C() {
		if ev.State == "paid" {
			paid.Add(1)
		}
	}
}

func debugHandler(server *api.Server) http.Handler {
	expvar.Publish("goroutines", expvar.Func(func() interface{} { return runtime.NumGoroutine() }))
	expvar.Publish("orders_placed", expvar.Func(func() interface{} { return server.Placed() }))
	expvar.Publish("requests", expvar.Func(func() interface{} { return server.Requests() }))
	mux := http.NewServeMux()
	mux.Handle("/debug/vars", expvar.Handler())
	mux.HandleFunc("/debug/pprof/", pprof.Index)
	mux.HandleFunc("/debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("/debug/pprof/trace", pprof.Trace)
	return mux
}

func number(sku string) int {
	h := fnv.New32a()
	_, _ = h.Write([]byte(sku))
	return int(h.Sum32() % 1000)
}
