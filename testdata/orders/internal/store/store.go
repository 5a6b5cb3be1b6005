package store

import (
	"context"
	"database/sql"
	"time"
)

// Open returns a pool of at most limit connections.
func Open(name string, limit int) (*sql.DB, error) {
	db, err := sql.Open("memory", name)
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(limit)
	db.SetMaxIdleConns(limit)
	db.SetConnMaxLifetime(10 * time.Minute)
	return db, nil
}

// Orders is the table of orders.
type Orders struct{ db *sql.DB }

// NewOrders returns the table of orders in db.
func NewOrders(db *sql.DB) *Orders { return &Orders{db: db} }

// Insert stores one order.
func (o *Orders) Insert(ctx context.Context, id string, cents int) error {
	tx, err := o.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	if _, err := tx.ExecContext(ctx, "INSERT INTO orders VALUES (?, ?)", id, cents); err != nil {
		return err
	}
	return tx.Commit()
}

// Price reads the list price of an article.
func (o *Orders) Price(ctx context.Context, article int) (int, error) {
	rows, err := o.db.QueryContext(ctx, "SELECT cents FROM prices WHERE article = ?", article)
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	cents := 0
	for rows.Next() {
		if err := rows.Scan(&cents); err != nil {
			return 0, err
		}
	}
	return cents, rows.Err()
}
