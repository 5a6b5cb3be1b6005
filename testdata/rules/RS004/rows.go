// Package rs004 asks databases, and gives back what it got, or does not.
package rs004

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"example.com/rules/rs004/store"
)

type user struct {
	id   int
	name string
}

func BadScanError(ctx context.Context, db *sql.DB) ([]user, error) {
	rows, err := db.QueryContext(ctx, "SELECT id, name FROM users") // want RS004 "these rows are not closed on every path"
	if err != nil {
		return nil, fmt.Errorf("users: %w", err)
	}
	var users []user
	for rows.Next() {
		var u user
		if err := rows.Scan(&u.id, &u.name); err != nil {
			return nil, err
		}
		users = append(users, u)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	rows.Close()
	return users, nil
}

type repository struct {
	db   *sql.DB
	find *sql.Stmt
}

func (r *repository) BadOnlyFirst(id int) (string, error) {
	rows, err := r.db.Query("SELECT name FROM users WHERE id = ?", id) // want RS004 "these rows are not closed on every path"
	if err != nil {
		return "", err
	}
	var name string
	if rows.Next() {
		if err := rows.Scan(&name); err != nil {
			return "", err
		}
	}
	return name, nil
}

func (r *repository) BadStatement(names []string) error {
	stmt, err := r.db.Prepare("INSERT INTO users (name) VALUES (?)") // want RS004 "this statement is not closed on every path"
	if err != nil {
		return err
	}
	for _, name := range names {
		if _, err := stmt.Exec(name); err != nil {
			return err
		}
	}
	return nil
}

func (r *repository) BadTransaction(ctx context.Context, from, to, amount int) error {
	tx, err := r.db.BeginTx(ctx, nil) // want RS004 "this transaction is not committed or rolled back on every path"
	if err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, "UPDATE accounts SET balance = balance - ? WHERE id = ?", amount, from); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, "UPDATE accounts SET balance = balance + ? WHERE id = ?", amount, to); err != nil {
		tx.Rollback()
		return err
	}
	return tx.Commit()
}

func (r *repository) BadTransactionThroughHelper(ctx context.Context, u user) error {
	tx, err := r.db.Begin() // want RS004 "this transaction is not committed or rolled back on every path"
	if err != nil {
		return err
	}
	if err := insert(ctx, tx, u); err != nil {
		return err
	}
	return tx.Commit()
}

func insert(ctx context.Context, tx *sql.Tx, u user) error {
	_, err := tx.ExecContext(ctx, "INSERT INTO users VALUES (?, ?)", u.id, u.name)
	return err
}

func BadConnection(ctx context.Context, db *sql.DB) error {
	conn, err := db.Conn(ctx) // want RS004 "this connection is not closed on every path"
	if err != nil {
		return err
	}
	if err := conn.PingContext(ctx); err != nil {
		return err
	}
	return conn.Close()
}

func BadRowThrownAway(db *sql.DB, id int) {
	db.QueryRow("UPDATE users SET seen = now() WHERE id = ?", id) // want RS004 "this row is thrown away, and is never scanned"
}

func BadRowsThrownAway(db *sql.DB, id int) error {
	_, err := db.Query("DELETE FROM users WHERE id = ?", id) // want RS004 "these rows are thrown away, and are not closed"
	return err
}

func BadRowOnlyError(db *sql.DB, id int) error {
	row := db.QueryRow("UPDATE users SET seen = now() WHERE id = ?", id) // want RS004 "this row is never scanned on every path"
	return row.Err()
}

func BadBeforeCheck(db *sql.DB) (int, error) {
	rows, err := db.Query("SELECT 1")
	defer rows.Close() // want RS004 "before the error is looked at"
	if err != nil {
		return 0, err
	}
	n := 0
	for rows.Next() {
		n++
	}
	return n, rows.Err()
}

func BadLoop(db *sql.DB, ids []int) (names []string, err error) {
	for _, id := range ids {
		rows, err := db.Query("SELECT name FROM users WHERE id = ?", id) // want RS004 "these rows are not closed on every path"
		if err != nil {
			return nil, err
		}
		if !rows.Next() {
			continue
		}
		var name string
		if err := rows.Scan(&name); err != nil {
			continue
		}
		names = append(names, name)
		rows.Close()
	}
	return names, nil
}

func BadClosure(db *sql.DB) func() int {
	return func() (n int) {
		rows, err := db.Query("SELECT 1") // want RS004 "these rows are not closed on every path"
		if err == nil && rows.Next() {
			rows.Scan(&n)
		}
		return n
	}
}

func (r *repository) query(where string, args ...any) (*sql.Rows, error) {
	return r.db.Query("SELECT name FROM users WHERE "+where, args...)
}

func (r *repository) BadOwnHelper(id int) (found bool, err error) {
	rows, err := r.query("id = ?", id) // want RS004 "these rows are not closed on every path"
	if err != nil {
		return false, err
	}
	return rows.Next(), nil
}

// Querier is what databases and transactions have in common.
type Querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

func BadInterface(ctx context.Context, q Querier) (names []string, err error) {
	rows, err := q.QueryContext(ctx, "SELECT name FROM users") // want RS004 "these rows are not closed on every path"
	if err != nil {
		return nil, err
	}
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, err
		}
		names = append(names, name)
	}
	return names, nil
}

func BadLentToOtherPackage(db *sql.DB) (n int, err error) {
	rows, err := db.Query("SELECT name FROM users") // want RS004 "these rows are not closed on every path"
	if err != nil {
		return 0, err
	}
	for rows.Next() {
		if err := store.One(rows, &n); err != nil {
			return 0, err
		}
	}
	return n, nil
}

func BadGeneric[T any](db *sql.DB, query string, read func() T) (all []T, err error) {
	rows, err := db.Query(query) // want RS004 "these rows are not closed on every path"
	if err != nil {
		return nil, err
	}
	for rows.Next() {
		if len(all) > 1000 {
			return nil, errors.New("too many")
		}
		all = append(all, read())
	}
	return all, rows.Err()
}

func OkDefer(ctx context.Context, db *sql.DB) ([]user, error) {
	rows, err := db.QueryContext(ctx, "SELECT id, name FROM users")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var users []user
	for rows.Next() {
		var u user
		if err := rows.Scan(&u.id, &u.name); err != nil {
			return nil, err
		}
		users = append(users, u)
	}
	return users, rows.Err()
}

func OkDeferredLiteral(db *sql.DB) (err error) {
	rows, err := db.Query("SELECT 1")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	if !rows.Next() {
		return sql.ErrNoRows
	}
	return rows.Scan(new(int))
}

func OkReadToTheEnd(db *sql.DB) (n int, err error) {
	rows, err := db.Query("SELECT 1")
	if err != nil {
		return 0, err
	}
	for rows.Next() {
		n++
	}
	return n, rows.Err()
}

func OkScanned(db *sql.DB, id int) (name string, err error) {
	err = db.QueryRow("SELECT name FROM users WHERE id = ?", id).Scan(&name)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return name, err
}

func OkDeferredRollback(ctx context.Context, db *sql.DB) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	rows, err := tx.QueryContext(ctx, "SELECT id FROM jobs FOR UPDATE")
	if err != nil {
		return err
	}
	for rows.Next() {
		var id int
		if err := rows.Scan(&id); err != nil {
			return err
		}
	}
	return tx.Commit()
}

func OkRollbackOrCommit(db *sql.DB, u user) (err error) {
	tx, err := db.Begin()
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			tx.Rollback()
			return
		}
		err = tx.Commit()
	}()
	_, err = tx.Exec("INSERT INTO users VALUES (?, ?)", u.id, u.name)
	return err
}

func OkKeptStatement(r *repository) (err error) {
	r.find, err = r.db.Prepare("SELECT name FROM users WHERE id = ?")
	return err
}

func (r *repository) OkReturned(ctx context.Context) (*sql.Tx, error) {
	tx, err := r.db.BeginTx(ctx, nil)
	if err != nil {
		return nil, err
	}
	return tx, nil
}

func OkHandedOn(db *sql.DB) ([]string, error) {
	rows, err := db.Query("SELECT name FROM users")
	if err != nil {
		return nil, err
	}
	return collect(rows)
}

func collect(rows *sql.Rows) (all []string, err error) {
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			rows.Close()
			return nil, err
		}
		all = append(all, name)
	}
	return all, rows.Err()
}

func OkOtherPackageCloses(db *sql.DB) (int, error) {
	rows, err := db.Query("SELECT name FROM users")
	if err != nil {
		return 0, err
	}
	return store.Count(rows)
}

func OkStatementOfTransaction(tx *sql.Tx, names []string) error {
	stmt, err := tx.Prepare("INSERT INTO users (name) VALUES (?)")
	if err != nil {
		return err
	}
	for _, name := range names {
		if _, err := stmt.Exec(name); err != nil {
			return err
		}
	}
	return nil
}

func OkErrorSorted(db *sql.DB, id int) (bool, error) {
	rows, err := db.Query("SELECT 1 FROM users WHERE id = ?", id)
	if errors.Is(err, context.Canceled) {
		return false, nil
	}
	switch {
	case err == sql.ErrConnDone:
		return false, nil
	case err != nil:
		return false, err
	}
	found := rows.Next()
	return found, rows.Close()
}

func OkHelperRollsBack(db *sql.DB, u user) error {
	tx, err := db.Begin()
	if err != nil {
		return err
	}
	if err := insert(context.Background(), tx, u); err != nil {
		return abort(tx, err)
	}
	return tx.Commit()
}

func abort(tx *sql.Tx, err error) error {
	return errors.Join(err, tx.Rollback())
}

// FN_Panic leaves the transaction open when the function that it calls panics.
func FN_Panic(db *sql.DB, work func(*sql.Tx) error) error {
	tx, err := db.Begin()
	if err != nil {
		return err
	}
	if err := work(tx); err != nil {
		tx.Rollback()
		return err
	}
	return tx.Commit()
}

// FN_LiteralAfterPanic rolls back only when something panics.
func FN_LiteralAfterPanic(db *sql.DB, u user) error {
	tx, err := db.Begin()
	if err != nil {
		return err
	}
	defer func() {
		if r := recover(); r != nil {
			tx.Rollback()
			panic(r)
		}
	}()
	if err := insert(context.Background(), tx, u); err != nil {
		return err
	}
	return tx.Commit()
}

type leased interface{ Close() error }

func OkAsserted(ctx context.Context, db *sql.DB, pick func(*sql.DB) (leased, error)) (*sql.Rows, error) {
	q := Querier(db)
	rows, _ := q.QueryContext(ctx, "SELECT 1")
	return any(rows).(*sql.Rows), nil
}
