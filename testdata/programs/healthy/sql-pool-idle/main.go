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

// Customers is the table of customers.
type Customers struct{ db *sql.DB }

// Count adds up what the shards say.
func (c *Customers) Count(ctx context.Context) (int64, error) {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	rows, err := c.db.QueryContext(ctx, "SELECT n FROM shards")
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	var total int64
	for rows.Next() {
		var n int64
		if err := rows.Scan(&n); err != nil {
			return 0, err
		}
		total += n
	}
	return total, rows.Err()
}

func main() {
	sql.Register("fake", fakeDriver{latency: 4 * time.Millisecond})
	db, err := sql.Open("fake", "")
	if err != nil {
		log.Fatal(err)
	}
	db.SetMaxOpenConns(8)
	db.SetMaxIdleConns(8)
	db.SetConnMaxLifetime(time.Hour)
	customers := &Customers{db: db}
	harness.Every(30*time.Second, func() {
		if _, err := customers.Count(context.Background()); err != nil {
			log.Print(err)
		}
	})
	harness.Run()
}
