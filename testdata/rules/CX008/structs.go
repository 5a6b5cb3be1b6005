// Package cx008 keeps contexts.
package cx008

import (
	"context"
	"database/sql"
	"net/http"
)

type BadStore struct {
	ctx context.Context // want CX008 "is used for everybody who calls it"
	db  *sql.DB
}

func (s *BadStore) BadPing() error { return s.db.PingContext(s.ctx) }

type BadExported struct {
	Ctx    context.Context // want CX008 "is used for everybody"
	client *http.Client
}

func (c *BadExported) BadGet(url string) (*http.Response, error) {
	req, err := http.NewRequestWithContext(c.Ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	return c.client.Do(req)
}

type BadValue struct {
	db  *sql.DB
	ctx context.Context // want CX008 "is used for everybody"
}

func (v BadValue) BadExec(query string) error {
	_, err := v.db.ExecContext(v.ctx, query)
	return err
}

type BadNested struct {
	inner *BadInner
}

type BadInner struct {
	ctx context.Context // want CX008 "is used for everybody"
}

func (i *BadInner) BadWork() { work(i.ctx) }

type BadGeneric[T any] struct {
	ctx   context.Context
	items []T
}

func (g *BadGeneric[T]) FN_Work() {
	work(g.ctx)
}

type BadTwo struct {
	first, second context.Context // want CX008 "is used for everybody"
}

func (t *BadTwo) BadFirst() { work(t.first) }

type BadInClosure struct {
	ctx context.Context // want CX008 "is used for everybody"
}

func (c *BadInClosure) BadStart() error {
	work(c.ctx)
	return nil
}

func work(ctx context.Context) { <-ctx.Done() }

type OkOwner struct {
	ctx    context.Context
	cancel context.CancelFunc
}

func NewOwner() *OkOwner {
	o := &OkOwner{}
	o.ctx, o.cancel = context.WithCancel(context.Background())
	return o
}

func (o *OkOwner) OkWork()  { work(o.ctx) }
func (o *OkOwner) OkClose() { o.cancel() }

type OkRequest struct {
	ctx context.Context
	url string
}

func (r *OkRequest) OkDo() { work(r.ctx) }

type OkUnused struct {
	ctx context.Context
}

func (u *OkUnused) OkContext() context.Context { return u.ctx }

type OkUnexported struct {
	ctx context.Context
}

func (u *OkUnexported) okRun() { work(u.ctx) }

type OkGiven struct {
	ctx context.Context
}

func (g *OkGiven) OkRun(ctx context.Context) { work(g.ctx) }

type OkEmbedded struct {
	context.Context
	name string
}

func (e *OkEmbedded) OkRun() { work(e) }

type OkCancels struct {
	ctx    context.Context
	cancel func()
}

func (c *OkCancels) OkWait() { work(c.ctx) }

type OkMade struct {
	ctx context.Context
}

func (m *OkMade) OkChild() (context.Context, context.CancelFunc) {
	return context.WithCancel(m.ctx)
}
