// Package ad004 has settings.
package ad004

import (
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

type settings struct {
	limit int64
	name  string
}

var badConfig *settings // want AD004 "is changed while requests and goroutines read it"

func BadReload(limit int64) { badConfig = &settings{limit: limit} }

func BadServe(w http.ResponseWriter, r *http.Request) {
	if r.ContentLength > badConfig.limit {
		w.WriteHeader(http.StatusRequestEntityTooLarge)
	}
}

var badFields settings // want AD004 "is changed while"

func BadSetLimit(limit int64) { badFields.limit = limit }

func BadHandler() http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("name", badFields.name)
	}
}

var (
	cfgMu   sync.RWMutex
	cfgMap  map[string]string // want AD004 "is changed while"
	goodCfg atomic.Pointer[settings]
)

func BadSetMap(all map[string]string) {
	cfgMu.Lock()
	defer cfgMu.Unlock()
	cfgMap = all
}

type server struct{}

func (server) BadMethod(w http.ResponseWriter, r *http.Request) {
	cfgMu.RLock()
	defer cfgMu.RUnlock()
	w.Header().Set("name", cfgMap["name"])
}

var goroutineConfig = &settings{} // want AD004 "is changed while"

func BadStart(tick <-chan time.Time) {
	go func() {
		for range tick {
			println(goroutineConfig.name)
		}
	}()
}

func BadChange(name string) { goroutineConfig.name = name }

func OkReload(limit int64) { goodCfg.Store(&settings{limit: limit}) }

func OkServe(w http.ResponseWriter, r *http.Request) {
	if r.ContentLength > goodCfg.Load().limit {
		w.WriteHeader(http.StatusRequestEntityTooLarge)
	}
}

var initConfig *settings

func init() { initConfig = load() }

func load() *settings { return &settings{limit: 1} }

func OkInit(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("name", initConfig.name)
}

var constantConfig = settings{limit: 10}

func OkConstant(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("name", constantConfig.name)
}

var unreadConfig settings

func OkNobodyServes(limit int64) { unreadConfig.limit = limit }

func OkReads() int64 { return unreadConfig.limit }

var counter int

func OkCount(w http.ResponseWriter, r *http.Request) {
	counter++
}
