// Package cx005 asks others, with and without a limit.
package cx005

import (
	"context"
	"database/sql"
	"net"
	"net/http"
	"net/smtp"
	"os"
	"os/signal"
	"time"
)

func BadBackground(db *sql.DB) (n int, err error) {
	ctx := context.Background()
	rows, err := db.QueryContext(ctx, "SELECT 1") // want CX005 "waits for the database without a limit"
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	return 1, nil
}

func BadWithoutContext(db *sql.DB) error {
	_, err := db.Exec("DELETE FROM jobs") // want CX005 "waits for the database without a limit"
	return err
}

func BadHandler(db *sql.DB) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if err := db.PingContext(r.Context()); err != nil { // want CX005 "waits for the database without a limit"
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	}
}

type store struct {
	db     *sql.DB
	client http.Client
}

func (s *store) save(ctx context.Context, id int) error {
	_, err := s.db.ExecContext(ctx, "INSERT INTO jobs VALUES (?)", id) // want CX005 "waits for the database without a limit"
	return err
}

func (s *store) BadCaller() error {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	return s.save(ctx, 1)
}

func (s *store) BadRequest(url string) error {
	req, err := http.NewRequestWithContext(context.TODO(), http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	resp, err := s.client.Do(req) // want CX005 "waits for an HTTP server without a limit"
	if err != nil {
		return err
	}
	return resp.Body.Close()
}

func BadDial(addr string) (net.Conn, error) {
	return net.Dial("tcp", addr) // want CX005 "waits for a connection without a limit"
}

func BadMail(addr string, message []byte) error {
	return smtp.SendMail(addr, nil, "a@example.com", []string{"b@example.com"}, message) // want CX005 "waits for a mail server"
}

func BadSignals(db *sql.DB) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	return db.PingContext(ctx) // want CX005 "waits for the database without a limit"
}

func BadGoroutine(db *sql.DB, done chan<- error) {
	go func() {
		ctx := context.WithValue(context.Background(), store{}, 1)
		done <- db.PingContext(ctx) // want CX005 "waits for the database without a limit"
	}()
}

func OkTimeout(db *sql.DB) error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	return db.PingContext(ctx)
}

func OkParameter(ctx context.Context, db *sql.DB) error {
	return db.PingContext(ctx)
}

func OkDeadlineOutside(db *sql.DB) error {
	ctx, cancel := context.WithDeadline(context.Background(), time.Now().Add(time.Second))
	defer cancel()
	child, stop := context.WithCancel(ctx)
	defer stop()
	return db.PingContext(child)
}

func OkDialTimeout(addr string) (net.Conn, error) {
	return net.DialTimeout("tcp", addr, time.Second)
}

func OkTransaction(tx *sql.Tx) error {
	_, err := tx.Exec("DELETE FROM jobs")
	return err
}

func (s *store) OkHelper(ctx context.Context) error {
	return s.load(ctx)
}

func (s *store) load(ctx context.Context) error {
	return s.db.PingContext(ctx)
}

func (s *store) OkRequestOfCaller(req *http.Request) error {
	resp, err := s.client.Do(req)
	if err != nil {
		return err
	}
	return resp.Body.Close()
}

func OkRow(row *sql.Row) (n int, err error) {
	err = row.Scan(&n)
	return n, err
}
