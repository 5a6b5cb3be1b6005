package dl003

import (
	"sync"

	"example.com/dl003/helper"
)

func BadGateOfOtherPackage(fail bool) {
	g := &helper.Gate{}
	go visit(g, fail)
	g.Enter() // want DL003 "never released"
	g.Leave()
}

func OkGateOfOtherPackage(fail bool) {
	g := &helper.Gate{}
	go visitWell(g, fail)
	g.Enter()
	g.Leave()
}

func visit(g *helper.Gate, fail bool) {
	g.Enter()
	if fail {
		return
	}
	g.Leave()
}

func visitWell(g *helper.Gate, fail bool) {
	g.Enter()
	defer g.Leave()
	if fail {
		return
	}
}

func BadReleasedByOtherPackage(mu *sync.Mutex, fail bool) int {
	mu.Lock() // want DL003 "never released on a path"
	if fail {
		return 1
	}
	helper.Release(mu)
	return 0
}

func OkReleasedByOtherPackage(mu *sync.Mutex, fail bool) int {
	mu.Lock()
	defer helper.Release(mu)
	if fail {
		return 1
	}
	return 0
}
