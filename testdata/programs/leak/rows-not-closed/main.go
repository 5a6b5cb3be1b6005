package main

import (
	"context"
	"database/sql"
	"log"
	"time"

	"fixtures.test/programs/internal/harness"
	"fixtures.test/programs/leak/rows-not-closed/memsql"
)

// Store reads orders from the database.
type Store struct {
	db *sql.DB
}

// ByStatus returns the ids of the orders in a state, at most limit of them.
func (s *Store) ByStatus(ctx context.Context, status string, limit int) ([]int64, error) {
	rows, err := s.db.QueryContext(ctx, "SELECT id FROM orders WHERE status = ?", status) // MARK: QUERY
	if err != nil {
		return nil, err
	}
	var ids []int64
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		ids = append(ids, id)
		if len(ids) == limit {
			return ids, nil
		}
	}
	return ids, rows.Err()
}

func main() {
	sql.Register("memsql", memsql.Driver{Rows: 5})
	db, err := sql.Open("memsql", "")
	if err != nil {
		log.Fatal(err)
	}
	db.SetMaxOpenConns(3)
	store := &Store{db: db}
	for i := 0; i < 3; i++ {
		if _, err := store.ByStatus(context.Background(), "open", 1); err != nil {
			log.Fatal(err)
		}
	}
	harness.Every(10*time.Second, func() {
		go func() {
			ids, err := store.ByStatus(context.Background(), "paid", 2)
			log.Print(ids, err)
		}()
	})
	harness.Run()
}
