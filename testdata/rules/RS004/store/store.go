// Package store reads rows.
package store

import "database/sql"

// One adds the next number.
func One(rows *sql.Rows, n *int) error {
	var one int
	if err := rows.Scan(&one); err != nil {
		return err
	}
	*n += one
	return nil
}

// Count closes what it counts.
func Count(rows *sql.Rows) (n int, err error) {
	defer rows.Close()
	for rows.Next() {
		n++
	}
	return n, rows.Err()
}
