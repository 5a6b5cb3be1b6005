// Package poolput has a buffer that is returned to its pool while its bytes are in use, as it should be.
package poolput

import (
	"bytes"
	"net/http"
	"sync"
)

var bufs = sync.Pool{New: func() any { return new(bytes.Buffer) }}

func Render(w http.ResponseWriter, name string) []byte {
	b := bufs.Get().(*bytes.Buffer)
	defer bufs.Put(b)
	b.Reset()
	b.WriteString("hello " + name)
	return append([]byte(nil), b.Bytes()...)
}
