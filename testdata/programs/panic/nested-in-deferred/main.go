package main

import (
	"errors"
	"fmt"
)

type conn struct{ open bool }

func (c *conn) exec(q string) error {
	if !c.open {
		return errors.New("connection is closed: " + q)
	}
	return nil
}

type tx struct {
	conn *conn
	rows int
}

func (t *tx) rollback() {
	if err := t.conn.exec("ROLLBACK"); err != nil {
		panic(err) // MARK: SECOND
	}
}

func (t *tx) insert(row map[string]int) {
	t.conn.open = false
	t.rows += row["qty"] / row["per_box"] // MARK: FIRST
}

func store(c *conn, row map[string]int) {
	t := &tx{conn: c}
	defer t.rollback()
	t.insert(row)
}

func main() {
	store(&conn{open: true}, map[string]int{"qty": 12})
	fmt.Println("stored")
}
