// Package store is the order service's database: database/sql over a driver
// that keeps everything in memory and answers after a short while.
package store

import (
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"log"
	"strings"
	"time"
)

func init() { sql.Register("memory", memory{}) }

type memory struct{}

// Open starts a connection with its watcher, a goroutine that lives as long
// as the connection does.
func (memory) Open(name string) (driver.Conn, error) {
	c := &conn{closed: make(chan struct{}), queries: make(chan string)}
	go c.watch()
	return c, nil
}

type conn struct {
	closed  chan struct{}
	queries chan string
}

// watch notices queries that the server does not know.
func (c *conn) watch() {
	for {
		select {
		case query := <-c.queries:
			if !strings.Contains(query, " ") {
				log.Printf("store: odd query %q", query)
			}
		case <-c.closed:
			return
		}
	}
}

func (c *conn) Prepare(query string) (driver.Stmt, error) { return &stmt{conn: c, query: query}, nil }
func (c *conn) Begin() (driver.Tx, error)                 { return tx{}, nil }
func (c *conn) Close() error                              { close(c.closed); return nil }

type tx struct{}

func (tx) Commit() error   { time.Sleep(time.Millisecond); return nil }
func (tx) Rollback() error { return nil }

type stmt struct {
	conn  *conn
	query string
}

func (s *stmt) Close() error  { return nil }
func (s *stmt) NumInput() int { return strings.Count(s.query, "?") }

func (s *stmt) Exec(args []driver.Value) (driver.Result, error) {
	s.conn.queries <- s.query
	time.Sleep(2 * time.Millisecond)
	return driver.RowsAffected(1), nil
}

func (s *stmt) Query(args []driver.Value) (driver.Rows, error) {
	s.conn.queries <- s.query
	time.Sleep(3 * time.Millisecond)
	seed, ok := args[0].(int64)
	if !ok {
		return nil, errors.New("memory: the argument must be a number")
	}
	return &rows{seed: seed, left: 20}, nil
}

// rows holds twenty prices; the rows of every seventh day start with a
// negative one.
type rows struct {
	seed int64
	left int
}

func (r *rows) Columns() []string { return []string{"cents"} }
func (r *rows) Close() error      { return nil }

func (r *rows) Next(dest []driver.Value) error {
	if r.left == 0 {
		return io.EOF
	}
	r.left--
	dest[0] = r.seed%97*10 + int64(r.left)
	if r.seed%7 == 6 && r.left == 18 {
		dest[0] = int64(-1)
	}
	return nil
}
