// Package ctxbackground has a command that outlives its request.
//
// want CX004
package ctxbackground

import (
	"context"
	"net/http"
	"os/exec"
)

func H(w http.ResponseWriter, r *http.Request) {
	out, err := exec.CommandContext(context.Background(), "convert", r.FormValue("f")).Output()
	if err != nil {
		http.Error(w, "no", 500)
		return
	}
	_, _ = w.Write(out)
}
