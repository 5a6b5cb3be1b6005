// Package lazysingle has a configuration that the first requests make at the same time.
//
// want DR002
package lazysingle

import (
	"net/http"
	"sync"
)

type Conf struct{ Name string }
type App struct {
	once sync.Once
	conf *Conf
}

func (a *App) config() *Conf {
	if a.conf == nil {
		a.conf = &Conf{Name: "x"}
	}
	return a.conf
}
func (a *App) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	_, _ = w.Write([]byte(a.config().Name))
}
func Main() error {
	s := &http.Server{Addr: ":1", Handler: &App{}, ReadHeaderTimeout: 1e9}
	return s.ListenAndServe()
}
