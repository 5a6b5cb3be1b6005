// Package rs005 opens databases.
package rs005

import (
	"context"
	"database/sql"
	"database/sql/driver"
)

func BadOpen(dsn string) (*sql.DB, error) {
	return sql.Open("postgres", dsn) // want RS005 "any number of connections"
}

var badGlobal, _ = sql.Open("mysql", "user@/db") // want RS005 "any number of connections"

type store struct{ db *sql.DB }

func BadField(dsn string) (*store, error) {
	db, err := sql.Open("pgx", dsn) // want RS005 "any number of connections"
	if err != nil {
		return nil, err
	}
	return &store{db: db}, nil
}

func BadConnector(connector driver.Connector) *sql.DB {
	return sql.OpenDB(connector) // want RS005 "any number of connections"
}

func BadIdleOnly(dsn string) *sql.DB {
	db, err := sql.Open("postgres", dsn) // want RS005 "any number of connections"
	if err != nil {
		panic(err)
	}
	db.SetMaxIdleConns(10)
	return db
}

func BadInClosure(dsn string) func() (*sql.DB, error) {
	return func() (*sql.DB, error) {
		return sql.Open("postgres", dsn) // want RS005 "any number of connections"
	}
}

func BadGoroutine(dsn string, dbs chan<- *sql.DB) {
	go func() {
		db, _ := sql.Open("postgres", dsn) // want RS005 "any number of connections"
		dbs <- db
	}()
}

func OkSqlite(name string) (*sql.DB, error) { return sql.Open("sqlite3", name) }

func OkGiven(db *sql.DB) *store { return &store{db: db} }

func OkPing(ctx context.Context, db *sql.DB) error { return db.PingContext(ctx) }

func OkStats(db *sql.DB) int { return db.Stats().OpenConnections }

func OkClose(db *sql.DB) error { return db.Close() }

func OkOtherOpen(open func(string, string) (*sql.DB, error)) (*sql.DB, error) {
	return open("postgres", "dsn")
}
