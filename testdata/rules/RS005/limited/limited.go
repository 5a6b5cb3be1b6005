// Package limited sets limits.
package limited

import "database/sql"

// OkOpen opens a database with a limit.
func OkOpen(dsn string) (*sql.DB, error) {
	db, err := sql.Open("postgres", dsn)
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(25)
	return db, nil
}
