// Package rs007 drops errors.
package rs007

import (
	"bufio"
	"compress/gzip"
	"context"
	"database/sql"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"os/exec"
	"time"
)

func BadFile(name string, data []byte) error {
	file, err := os.Create(name)
	if err != nil {
		return err
	}
	defer file.Close() // want RS007 "the error of this deferred Close is dropped"
	_, err = file.Write(data)
	return err
}

func BadFlush(w io.Writer, lines []string) {
	buffered := bufio.NewWriter(w)
	for _, line := range lines {
		buffered.WriteString(line)
	}
	buffered.Flush() // want RS007 "the error of this Flush is dropped"
}

func BadCompressed(w io.Writer, data []byte) error {
	compressed := gzip.NewWriter(w)
	defer compressed.Close() // want RS007 "the error of this deferred Close is dropped"
	_, err := compressed.Write(data)
	return err
}

func BadShutdown(server *http.Server) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	server.Shutdown(ctx) // want RS007 "the error of this Shutdown is dropped"
}

func BadScan(db *sql.DB, id int) (name string) {
	db.QueryRow("SELECT name FROM users WHERE id = ?", id).Scan(&name) // want RS007 "the error of this Scan is dropped"
	return name
}

func BadCommit(tx *sql.Tx) {
	defer tx.Commit() // want RS007 "the error of this deferred Commit is dropped"
	tx.Exec("DELETE FROM jobs")
}

func BadServe(handler http.Handler) {
	go http.ListenAndServe("localhost:8080", handler) // want RS007 "the error of this ListenAndServe in a goroutine is dropped"
}

func BadDeadline(conn net.Conn, b []byte) (int, error) {
	conn.SetReadDeadline(time.Now().Add(time.Second)) // want RS007 "the error of this SetReadDeadline is dropped"
	return conn.Read(b)
}

func BadInClosure(cmd *exec.Cmd) func() {
	return func() {
		cmd.Wait() // want RS007 "the error of this Wait is dropped"
	}
}

type rotated struct{ file *os.File }

func (r *rotated) BadField(name string) (err error) {
	r.file, err = os.OpenFile(name, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	_, err = r.file.WriteString("begin\n")
	r.file.Close() // want RS007 "the error of this Close is dropped"
	return err
}

func OkChecked(name string, data []byte) (err error) {
	file, err := os.Create(name)
	if err != nil {
		return err
	}
	defer func() {
		if closed := file.Close(); err == nil {
			err = closed
		}
	}()
	_, err = file.Write(data)
	return err
}

func OkBoth(name string, data []byte) error {
	file, err := os.Create(name)
	if err != nil {
		return err
	}
	defer file.Close()
	if _, err := file.Write(data); err != nil {
		return err
	}
	return file.Close()
}

func OkReadOnly(name string) ([]byte, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return io.ReadAll(file)
}

func OkOnPurpose(server *http.Server) {
	_ = server.Shutdown(context.Background())
}

func OkAlreadyFailed(name string, data []byte) error {
	file, err := os.Create(name)
	if err != nil {
		return err
	}
	if _, err := file.Write(data); err != nil {
		file.Close()
		return err
	}
	return file.Close()
}

func OkServed(handler http.Handler) {
	go func() {
		if err := http.ListenAndServe("localhost:8080", handler); err != nil {
			log.Print(err)
		}
	}()
}

func OkTerminal(lines []string) {
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	for _, line := range lines {
		out.WriteString(line)
	}
}

func OkDoesNotMatter(w io.Writer, tx *sql.Tx) {
	defer tx.Rollback()
	io.WriteString(w, "done")
}

func OkSynced(name string, data []byte) error {
	file, err := os.Create(name)
	if err != nil {
		return err
	}
	defer file.Close()
	if _, err := file.Write(data); err != nil {
		return err
	}
	return file.Sync()
}
