// Package reqgoroutine has work for later that is cancelled with the request, as it should be.
package reqgoroutine

import (
	"context"
	"net/http"
)

type Mail struct{}

func (m *Mail) send(ctx context.Context, to string) error { return ctx.Err() }

type App struct{ m *Mail }

func (a *App) Signup(w http.ResponseWriter, r *http.Request) {
	ctx, to := context.WithoutCancel(r.Context()), r.FormValue("email")
	go func() { _ = a.m.send(ctx, to) }()
	w.WriteHeader(202)
}
