// Package poolput has a buffer that is returned to its pool while its bytes are in use.
//
// missed
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
	return b.Bytes()
}
