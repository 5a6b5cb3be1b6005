package dl004

import (
	"sync"

	"example.com/dl004/helper"
)

type house struct {
	rooms struct {
		mu    sync.RWMutex
		count int
	}
}

func (h *house) BadField() {
	h.rooms.mu.RLock()
	defer h.rooms.mu.RUnlock()
	if h.rooms.count == 0 {
		h.rooms.mu.Lock() // want DL004 "its own (read )?lock"
		h.rooms.count = 1
		h.rooms.mu.Unlock()
	}
}

func (h *house) OkField() {
	h.rooms.mu.RLock()
	empty := h.rooms.count == 0
	h.rooms.mu.RUnlock()
	if empty {
		h.rooms.mu.Lock()
		h.rooms.count = 1
		h.rooms.mu.Unlock()
	}
}

func OkParameter(t *table) {
	t.RLock()
	t.RUnlock()
	writeAlone(&t.RWMutex)
}

func writeAlone(mu *sync.RWMutex) {
	mu.Lock()
	mu.Unlock()
}

func BadOtherPackage() {
	b := helper.NewBook()
	b.RLock()
	defer b.RUnlock()
	b.Write("a") // want DL004 "its own (read )?lock"
}

func OkOtherPackage() {
	b := helper.NewBook()
	b.RLock()
	b.RUnlock()
	b.Write("a")
}

type renamer interface{ rename(string) }

type city struct {
	sync.RWMutex
	name string
}

func (c *city) rename(name string) {
	c.Lock() // want DL004 "its own (read )?lock"
	c.name = name
	c.Unlock()
}

func BadInterface() {
	c := &city{}
	var r renamer = c
	c.RLock()
	defer c.RUnlock()
	r.rename("a")
}

type village struct {
	sync.RWMutex
	name string
}

func (v *village) rename(name string) {
	v.Lock()
	v.name = name
	v.Unlock()
}

func OkInterface() {
	v := &village{}
	var r renamer = v
	v.RLock()
	v.RUnlock()
	r.rename("a")
}

func OkClosure() {
	var mu sync.RWMutex
	update := func() {
		mu.Lock()
		mu.Unlock()
	}
	mu.RLock()
	mu.RUnlock()
	update()
}
