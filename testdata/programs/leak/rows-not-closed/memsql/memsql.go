// Package memsql is a database/sql driver whose every query yields the numbers
// from 1 to Rows.
package memsql

import (
	"database/sql/driver"
	"errors"
	"io"
)

var errUnsupported = errors.New("memsql: not supported")

// Driver opens connections that need no server.
type Driver struct{ Rows int64 }

// Open returns a new connection.
func (d Driver) Open(string) (driver.Conn, error) { return conn{d.Rows}, nil }

type conn struct{ rows int64 }

func (c conn) Prepare(string) (driver.Stmt, error) { return stmt{c.rows}, nil }
func (c conn) Close() error                        { return nil }
func (c conn) Begin() (driver.Tx, error)           { return nil, errUnsupported }

type stmt struct{ rows int64 }

func (s stmt) Close() error                               { return nil }
func (s stmt) NumInput() int                              { return -1 }
func (s stmt) Exec([]driver.Value) (driver.Result, error) { return nil, errUnsupported }
func (s stmt) Query([]driver.Value) (driver.Rows, error)  { return &rows{last: s.rows}, nil }

type rows struct{ next, last int64 }

func (r *rows) Columns() []string { return []string{"id"} }
func (r *rows) Close() error      { return nil }

func (r *rows) Next(dest []driver.Value) error {
	if r.next == r.last {
		return io.EOF
	}
	r.next++
	dest[0] = r.next
	return nil
}
