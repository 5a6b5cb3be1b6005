// Package dbctx has a database query that goes on when the client of the request is gone.
//
// want CX004
package dbctx

import (
	"context"
	"database/sql"
	"net/http"
)

type API struct{ db *sql.DB }

func (a *API) user(ctx context.Context, id string) (string, error) {
	var name string
	err := a.db.QueryRow("select name from users where id=$1", id).Scan(&name)
	return name, err
}
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	n, err := a.user(r.Context(), r.URL.Query().Get("id"))
	if err != nil {
		http.Error(w, err.Error(), 500)
		return
	}
	_, _ = w.Write([]byte(n))
}
