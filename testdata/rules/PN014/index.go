// Package pn014 indexes.
package pn014

import (
	"bufio"
	"encoding/binary"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
)

func BadHeader(r *http.Request) string {
	parts := strings.Split(r.Header.Get("Authorization"), " ")
	return parts[1] // want PN014 "fewer parts"
}

func BadInline(r *http.Request) string {
	return strings.Split(r.FormValue("pair"), "=")[1] // want PN014 "fewer parts"
}

func BadNumber(r *http.Request, items []string) string {
	n, err := strconv.Atoi(r.FormValue("n"))
	if err != nil {
		return ""
	}
	return items[n] // want PN014 "out of range"
}

type table struct{ rows []string }

func (t *table) BadReceived(positions chan int) {
	for position := range positions {
		println(t.rows[position]) // want PN014 "out of range"
	}
}

type message struct{ at int }

func BadMessage(messages chan message, rows []string) string {
	m := <-messages
	return rows[m.at] // want PN014 "out of range"
}

func BadSlice(r *http.Request, items []string) []string {
	n, _ := strconv.Atoi(r.FormValue("limit"))
	return items[:n] // want PN014 "out of range"
}

func BadLine(in *bufio.Reader) string {
	line, err := in.ReadString('\n')
	if err != nil {
		return ""
	}
	return strings.Split(strings.TrimSpace(line), ":")[2] // want PN014 "fewer parts"
}

func BadGeneric[T any](positions chan int, rows []T) T {
	return rows[<-positions] // want PN014 "out of range"
}

func OkLength(r *http.Request) string {
	parts := strings.Split(r.Header.Get("Authorization"), " ")
	if len(parts) != 2 {
		return ""
	}
	return parts[1]
}

func OkFirst(r *http.Request) string {
	return strings.Split(r.FormValue("list"), ",")[0]
}

func OkCompared(r *http.Request, items []string) string {
	n, err := strconv.Atoi(r.FormValue("n"))
	if err != nil || n < 0 || n >= len(items) {
		return ""
	}
	return items[n]
}

func OkRange(items []string) {
	for i := range items {
		println(items[i])
	}
}

func OkModulo(positions chan int, rows [8]string) string {
	return rows[(<-positions)%8]
}

func OkOwn(text string) string {
	return strings.Split("a=b", "=")[1]
}

func OkMap(names chan string, values map[string]int) int {
	return values[<-names]
}

func BadPath(r *http.Request) string {
	return strings.Split(r.URL.Path, "/")[2] // want PN014 "fewer parts"
}

func OkPath(r *http.Request) string {
	parts := strings.Split(r.URL.Path, "/")
	if len(parts) < 3 {
		return ""
	}
	return parts[2]
}

func BadFrame(c net.Conn, body []byte) ([]byte, error) {
	head := make([]byte, 4)
	if _, err := io.ReadFull(c, head); err != nil {
		return nil, err
	}
	n := binary.BigEndian.Uint32(head)
	return body[:n], nil // want PN014 "out of range"
}

func OkFrame(c net.Conn, body []byte) ([]byte, error) {
	head := make([]byte, 4)
	if _, err := io.ReadFull(c, head); err != nil {
		return nil, err
	}
	n := binary.BigEndian.Uint32(head)
	if int(n) > len(body) {
		return nil, io.ErrShortBuffer
	}
	return body[:n], nil
}
