package main

import (
	"encoding/binary"
	"fmt"
)

type frameReader struct {
	buf []byte
	pos int
}

func (r *frameReader) next() []byte {
	n := int(binary.BigEndian.Uint16(r.buf[r.pos:]))
	body := r.buf[r.pos+2 : r.pos+2+n] // MARK: BUG
	r.pos += 2 + n
	return body
}

func main() {
	r := &frameReader{buf: []byte{0, 2, 'o', 'k', 0, 9, 'c', 'u', 't'}}
	for r.pos < len(r.buf) {
		fmt.Printf("%q\n", r.next())
	}
}
