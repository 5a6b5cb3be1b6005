package rs010

import (
	"context"
	"net/http"
	"time"
)

func BadShutdown(server *http.Server) error {
	return server.Shutdown(context.Background()) // want RS010 "this shutdown can wait for ever"
}

func BadShutdownVariable(server *http.Server) {
	ctx := context.TODO()
	defer server.Shutdown(ctx) // want RS010 "this shutdown can wait for ever"
	_ = server.ListenAndServe()
}

type service struct {
	server http.Server
	ctx    context.Context
}

func newService() *service { return &service{ctx: context.Background()} }

func (s *service) BadShutdownField() {
	go func() {
		_ = s.server.Shutdown(s.ctx) // want RS010 "this shutdown can wait for ever"
	}()
}

func OkShutdown(server *http.Server) error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	return server.Shutdown(ctx)
}

func OkShutdownGiven(ctx context.Context, server *http.Server) error { return server.Shutdown(ctx) }

type stopper interface{ Shutdown(context.Context) error }

func OkShutdownOther(s stopper) error { return s.Shutdown(context.Background()) }
