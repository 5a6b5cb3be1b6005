// Declarations of package io, as far as the tests use it.
package io

type PipeReader struct{ pipe int }

func (r *PipeReader) Read(data []byte) (n int, err error)
func (r *PipeReader) Close() error

type PipeWriter struct{ r PipeReader }

func (w *PipeWriter) Write(data []byte) (n int, err error)
func (w *PipeWriter) Close() error

func Pipe() (*PipeReader, *PipeWriter)
