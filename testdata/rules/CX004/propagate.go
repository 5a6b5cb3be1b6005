// Package cx004 forgets contexts, and passes some on.
package cx004

import (
	"context"
	"database/sql"
	"net/http"
	"os/exec"
	"time"
)

func run(ctx context.Context, name string) error { return ctx.Err() }

func BadBackground(ctx context.Context) error {
	return run(context.Background(), "x") // want CX004 "`run` gets an empty context"
}

func BadTodo(ctx context.Context) error {
	return run(context.TODO(), "x") // want CX004 "`run` gets an empty context"
}

func BadRequest(ctx context.Context, url string) (*http.Request, error) {
	return http.NewRequest(http.MethodGet, url, nil) // want CX004 "this NewRequest does not get the context"
}

func BadCommand(ctx context.Context) error {
	return exec.Command("ls", "-l").Run() // want CX004 "this Command does not get the context"
}

func BadQuery(ctx context.Context, db *sql.DB) (*sql.Rows, error) {
	return db.Query("SELECT 1") // want CX004 "this Query does not get the context"
}

type store struct{ db *sql.DB }

func (s *store) BadField(ctx context.Context) error {
	_, err := s.db.Exec("DELETE FROM x") // want CX004 "this Exec does not get the context"
	return err
}

func (s *store) BadPing(ctx context.Context) error {
	return s.db.Ping() // want CX004 "this Ping does not get the context"
}

func BadHandler(w http.ResponseWriter, r *http.Request) {
	_ = run(context.Background(), "x") // want CX004 "`run` gets an empty context"
}

func BadGeneric[T any](ctx context.Context, use func(context.Context) T) T {
	return use(context.Background()) // want CX004 "`use` gets an empty context"
}

func OkPassed(ctx context.Context) error {
	return run(ctx, "x")
}

func OkNone() error {
	return run(context.Background(), "x")
}

func OkVariant(ctx context.Context, db *sql.DB) (*sql.Rows, error) {
	return db.QueryContext(ctx, "SELECT 1")
}

func OkDeferred(ctx context.Context) error {
	defer run(context.Background(), "cleanup")
	return run(ctx, "x")
}

func OkGoroutine(ctx context.Context) {
	go func() {
		_ = run(context.Background(), "audit")
	}()
}

func OkAfterDone(ctx context.Context, s *http.Server) error {
	<-ctx.Done()
	return run(context.Background(), "last words")
}

func OkShutdown(ctx context.Context, s *http.Server) error {
	return s.Shutdown(context.Background())
}

func OkNil(ctx context.Context) error {
	if ctx == nil {
		return run(context.Background(), "x")
	}
	return run(ctx, "x")
}

func OkLater(ctx context.Context, url string) (*http.Request, error) {
	req, err := http.NewRequest(http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	return req.WithContext(ctx), nil
}

func OkDerived(ctx context.Context) error {
	child, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	return run(child, "x")
}

func OkUnnamed(_ context.Context) error {
	return run(context.Background(), "x")
}

type logger interface {
	InfoContext(ctx context.Context, text string)
}

func OkLogs(ctx context.Context, l logger) error {
	l.InfoContext(context.Background(), "begins")
	return ctx.Err()
}
