// Package tx has a transaction that stays open when a statement fails, as it should be.
package tx

import (
	"context"
	"database/sql"
)

func Move(ctx context.Context, db *sql.DB, a, b int) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	if _, err := tx.ExecContext(ctx, "update t set n=n-1 where id=$1", a); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, "update t set n=n+1 where id=$1", b); err != nil {
		return err
	}
	return tx.Commit()
}
