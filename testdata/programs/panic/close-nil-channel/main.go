package main

import "fmt"

// Loader preloads data in the background once started.
type Loader struct {
	stop  chan struct{}
	state string
}

// Start begins loading.
func (l *Loader) Start() {
	l.stop = make(chan struct{})
	l.state = "loading"
}

// Stop ends loading.
func (l *Loader) Stop() {
	close(l.stop) // MARK: BUG
	l.state = "stopped"
}

type app struct {
	loaders map[string]*Loader
}

func (a *app) shutdown() {
	for name, l := range a.loaders {
		l.Stop()
		fmt.Println(name, l.state)
	}
}

func main() {
	a := &app{loaders: map[string]*Loader{"geo": {state: "new"}}}
	defer fmt.Println("leaving")
	a.shutdown()
}
