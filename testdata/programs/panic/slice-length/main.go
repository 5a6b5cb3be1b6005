package main

import (
	"encoding/binary"
	"fmt"
)

func decode(msg []byte) []string {
	n := int(int32(binary.BigEndian.Uint32(msg)))
	names := make([]string, n) // MARK: BUG
	for i := range names {
		names[i] = string(msg[4+i])
	}
	return names
}

func main() {
	fmt.Println(decode([]byte{0, 0, 0, 2, 'a', 'b'}))
	fmt.Println(decode([]byte{0xff, 0xff, 0xff, 0xfe, 'a', 'b'}))
}
