// Package pn011 asserts types.
package pn011

import (
	"bytes"
	"context"
	"sync"
	"sync/atomic"

	"example.com/rules/pn011/lib"
)

type key struct{}

type user struct{ name string }

func BadContext(ctx context.Context) string {
	return ctx.Value(key{}).(string) // want PN011 "a value that the context may not have"
}

func BadContextPointer(ctx context.Context) string {
	u := ctx.Value(key{}).(*user) // want PN011 "a value that the context may not have"
	return u.name
}

func BadHandled(ctx context.Context) string {
	u := ctx.Value(key{}).(*user) // want PN011 "a value that the context may not have"
	if u == nil {
		return ""
	}
	return u.name
}

func BadPlain(ctx context.Context) int {
	id := ctx.Value(key{}).(int) // want PN011 "a value that the context may not have"
	return id + 1
}

var plain sync.Pool

func BadPool() *bytes.Buffer {
	return plain.Get().(*bytes.Buffer) // want PN011 "what a pool has"
}

func BadPoolOfOthers() *bytes.Buffer {
	buffer := lib.Buffers.Get().(*bytes.Buffer) // want PN011 "what a pool has"
	buffer.Reset()
	return buffer
}

type server struct {
	config atomic.Value
	peers  sync.Map
}

func (s *server) BadAtomic() *user {
	return s.config.Load().(*user) // want PN011 "may not be stored yet"
}

func (s *server) BadMap(name string) *user {
	peer, _ := s.peers.Load(name)
	return peer.(*user) // want PN011 "may be missing or of another type"
}

func BadRecover(f func()) (err error) {
	defer func() {
		if r := recover(); false {
			err = r.(error) // want PN011 "what was recovered"
		}
	}()
	f()
	return nil
}

func BadChannel(values chan any) string {
	return (<-values).(string) // want PN011 "what was received"
}

func BadGeneric[T any](ctx context.Context) T {
	return ctx.Value(key{}).(T) // want PN011 "a value that the context may not have"
}

func OkCommaOk(ctx context.Context) (string, bool) {
	name, ok := ctx.Value(key{}).(string)
	return name, ok
}

func OkAsked(ctx context.Context) string {
	value := ctx.Value(key{})
	if value == nil {
		return ""
	}
	return value.(string)
}

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

func OkPool() *bytes.Buffer {
	return buffers.Get().(*bytes.Buffer)
}

func OkPoolUsed(data []byte) int {
	buffer := buffers.Get().(*bytes.Buffer)
	defer buffers.Put(buffer)
	buffer.Reset()
	buffer.Write(data)
	return buffer.Len()
}

type codec struct{ pool *sync.Pool }

func newCodec() *codec {
	return &codec{pool: &sync.Pool{New: func() any { return &user{} }}}
}

func (c *codec) OkPoolField() *user { return c.pool.Get().(*user) }

var sessions sync.Map

func OkMap(name string) *user {
	sessions.Store(name, &user{name: name})
	session, ok := sessions.Load(name)
	if !ok {
		return nil
	}
	return session.(*user)
}

func OkSwitch(ctx context.Context) string {
	switch value := ctx.Value(key{}).(type) {
	case string:
		return value
	default:
		return ""
	}
}

func OkOther(value any) string {
	return value.(string)
}

type shape interface{ area() int }

type square struct{ side int }

func (s square) area() int { return s.side * s.side }

type shapes struct{ known sync.Map }

func (s *shapes) OkInterface(name string) shape {
	if found, ok := s.known.Load(name); ok {
		return found.(shape)
	}
	s.known.Store(name, square{1})
	return nil
}

type table[V any] struct{ rows sync.Map }

func (t *table[V]) put(name string, row V) { t.rows.Store(name, row) }

func (t *table[V]) OkGeneric(name string) (row V, ok bool) {
	found, ok := t.rows.Load(name)
	if !ok {
		return row, false
	}
	return found.(V), true
}
