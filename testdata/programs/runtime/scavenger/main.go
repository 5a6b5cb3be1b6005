package main

import (
	"fmt"
	"runtime/debug"
	"time"
)

type batch struct {
	rows [][]byte
}

func load(rows, size int) *batch {
	b := &batch{}
	for i := 0; i < rows; i++ {
		row := make([]byte, size)
		for k := 0; k < size; k += 1024 {
			row[k] = byte(i)
		}
		b.rows = append(b.rows, row)
	}
	return b
}

func (b *batch) checksum() (sum int) {
	for _, row := range b.rows {
		sum += int(row[0])
	}
	return sum
}

func main() {
	total := 0
	for n := 0; n < 6; n++ {
		total += load(64, 1<<20).checksum()
		debug.FreeOSMemory()
		time.Sleep(500 * time.Millisecond)
	}
	fmt.Println(total > 0)
}
