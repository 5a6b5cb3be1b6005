// Package reqgoroutine has work for later that is cancelled with the request.
//
// want CX003
package reqgoroutine

import (
	"context"
	"net/http"
)

type Mail struct{}

func (m *Mail) send(ctx context.Context, to string) error { return ctx.Err() }

type App struct{ m *Mail }

func (a *App) Signup(w http.ResponseWriter, r *http.Request) {
	go func() { _ = a.m.send(r.Context(), r.FormValue("email")) }()
	w.WriteHeader(202)
}
