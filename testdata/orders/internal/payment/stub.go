package payment

import (
	"encoding/json"
	"net/http"
	"strings"
	"sync/atomic"
	"time"
)

// Stub is a payment provider that declines every 40th charge, with a long
// explanation in the body.
func Stub() http.Handler {
	var charges int64
	mux := http.NewServeMux()
	mux.HandleFunc("/charge", func(w http.ResponseWriter, r *http.Request) {
		var in struct {
			Order string `json:"order"`
			Cents int    `json:"cents"`
		}
		if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		time.Sleep(5 * time.Millisecond)
		n := atomic.AddInt64(&charges, 1)
		if n%40 == 0 {
			http.Error(w, strings.Repeat("the issuing bank declined this card. ", 100), http.StatusPaymentRequired)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(Receipt{ID: "ch_" + in.Order, Cents: in.Cents})
	})
	return mux
}
