package main

import (
	"database/sql"
	"database/sql/driver"
	"errors"
	"log"
	"sync"
	"time"

	"fixtures.test/programs/internal/harness"
)

var errBalance = errors.New("entry does not balance")

type nopDriver struct{}

func (nopDriver) Open(string) (driver.Conn, error) { return nopConn{}, nil }

type nopConn struct{}

func (nopConn) Prepare(string) (driver.Stmt, error) { return nopStmt{}, nil }
func (nopConn) Close() error                        { return nil }
func (nopConn) Begin() (driver.Tx, error)           { return nopTx{}, nil }

type nopStmt struct{}

func (nopStmt) Close() error                               { return nil }
func (nopStmt) NumInput() int                              { return -1 }
func (nopStmt) Exec([]driver.Value) (driver.Result, error) { return driver.RowsAffected(1), nil }
func (nopStmt) Query([]driver.Value) (driver.Rows, error)  { return nil, errors.New("no rows") }

type nopTx struct{}

func (nopTx) Commit() error   { return nil }
func (nopTx) Rollback() error { return nil }

// Ledger books entries, one transaction each.
type Ledger struct {
	db     *sql.DB
	mu     sync.Mutex
	booked int
}

func (l *Ledger) post(debit, credit int) error {
	tx, err := l.db.Begin() // MARK: BEGIN
	if err != nil {
		return err
	}
	if _, err := tx.Exec("INSERT INTO entries VALUES (?, ?)", debit, credit); err != nil {
		return err
	}
	if debit != credit {
		return errBalance
	}
	l.mu.Lock()
	l.booked++
	l.mu.Unlock()
	return tx.Commit()
}

func main() {
	sql.Register("nop", nopDriver{})
	db, err := sql.Open("nop", "")
	if err != nil {
		log.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	ledger := &Ledger{db: db}
	log.Print(ledger.post(10, 10))
	log.Print(ledger.post(10, 11))
	harness.Every(10*time.Second, func() { go ledger.post(7, 7) })
	harness.Run()
}
