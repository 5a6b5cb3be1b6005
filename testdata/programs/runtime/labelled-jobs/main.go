package main

import (
	"context"
	"fmt"
	"runtime/pprof"
	"time"

	"fixtures.test/programs/internal/harness"
)

type tenant struct {
	name  string
	quota chan int
	rows  int
}

func (t *tenant) export(ctx context.Context) {
	t.rows += <-t.quota // MARK: BUG
}

func (t *tenant) start(job string, n int) {
	labels := pprof.Labels("tenant", t.name, "job", job, "request id", fmt.Sprintf("%08x \"retry\"", n))
	go pprof.Do(context.Background(), labels, t.export)
}

func main() {
	tenants := []*tenant{
		{name: "acme", quota: make(chan int)},
		{name: "Größe & Co: {x}", quota: make(chan int)},
	}
	n := 0
	harness.Every(10*time.Second, func() {
		n++
		tenants[n%2].start("export/v1.2", n)
	})
	harness.Run()
}
