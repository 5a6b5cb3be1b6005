package main

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"log"
	"time"

	"fixtures.test/programs/internal/harness"
)

// fakeDriver answers every query after a short while.
type fakeDriver struct{ latency time.Duration }

type fakeConn struct{ latency time.Duration }

func (d fakeDriver) Open(string) (driver.Conn, error)         { return &fakeConn{latency: d.latency}, nil }
func (c *fakeConn) Prepare(query string) (driver.Stmt, error) { return &fakeStmt{conn: c}, nil }
func (c *fakeConn) Begin() (driver.Tx, error)                 { return nil, errors.New("no transactions") }
func (c *fakeConn) Close() error                              { return nil }

type fakeStmt struct{ conn *fakeConn }

func (s *fakeStmt) Close() error  { return nil }
func (s *fakeStmt) NumInput() int { return -1 }

func (s *fakeStmt) Exec([]driver.Value) (driver.Result, error) {
	return nil, errors.New("read only")
}

func (s *fakeStmt) Query([]driver.Value) (driver.Rows, error) {
	time.Sleep(s.conn.latency)
	return &fakeRows{left: 3}, nil
}

type fakeRows struct{ left int64 }

func (r *fakeRows) Columns() []string { return []string{"n"} }
func (r *fakeRows) Close() error      { return nil }

func (r *fakeRows) Next(dest []driver.Value) error {
	if r.left == 0 {
		return io.EOF
	}
	r.left--
	dest[0] = r.left
	return nil
}

// shelf loads prices for one shop window after the other.
type shelf struct{ db *sql.DB }

func (s *shelf) serve(ctx context.Context) {
	for ctx.Err() == nil {
		if _, err := s.price(ctx); err != nil {
			log.Print(err)
		}
	}
}

func (s *shelf) price(ctx context.Context) (int64, error) {
	var cents int64
	err := s.db.QueryRowContext(ctx, "SELECT n FROM prices").Scan(&cents)
	return cents, err
}

func main() {
	sql.Register("fake", fakeDriver{latency: 10 * time.Millisecond})
	db, err := sql.Open("fake", "")
	if err != nil {
		log.Fatal(err)
	}
	db.SetMaxOpenConns(3)
	db.SetMaxIdleConns(3)
	s := &shelf{db: db}
	for i := 0; i < 20; i++ {
		go s.serve(context.Background())
	}
	harness.Run()
}
