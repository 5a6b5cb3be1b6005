package cx003

import (
	"context"
	"net/http"

	"example.com/rules/cx003/lib"
)

type auditor interface {
	audit(ctx context.Context, path string) error
}

func BadOtherPackage(w http.ResponseWriter, r *http.Request) {
	go lib.Audit(r.Context(), r.URL.Path) // want CX003 "the request's context ends"
}

type site struct{ auditor auditor }

func (s *site) BadInterface(w http.ResponseWriter, r *http.Request) {
	go func() {
		_ = s.auditor.audit(r.Context(), r.URL.Path) // want CX003 "the request's context ends"
	}()
}

func (s *site) OkInterface(w http.ResponseWriter, r *http.Request) {
	_ = s.auditor.audit(r.Context(), r.URL.Path)
}

func OkDetached(w http.ResponseWriter, r *http.Request) {
	ctx := context.WithoutCancel(r.Context())
	go lib.Audit(ctx, r.URL.Path)
}
