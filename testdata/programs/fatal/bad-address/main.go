package main

import (
	"fmt"
	"unsafe"
)

type header struct {
	magic  uint32
	offset uint32
}

func (h *header) length() uint32 {
	body := (*uint32)(unsafe.Pointer(uintptr(unsafe.Pointer(h))&^0xfff + uintptr(h.offset)<<32))
	return *body // MARK: BUG
}

func main() {
	h := &header{magic: 0x464c457f, offset: 0x1fff0}
	fmt.Println(h.magic == 0x464c457f)
	fmt.Println(h.length())
}
