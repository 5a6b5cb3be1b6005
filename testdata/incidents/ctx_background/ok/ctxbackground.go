// Package ctxbackground has a command that outlives its request, as it should be.
package ctxbackground

import (
	"net/http"
	"os/exec"
)

func H(w http.ResponseWriter, r *http.Request) {
	out, err := exec.CommandContext(r.Context(), "convert", r.FormValue("f")).Output()
	if err != nil {
		http.Error(w, "no", 500)
		return
	}
	_, _ = w.Write(out)
}
