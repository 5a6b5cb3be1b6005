package main

import (
	"fmt"
	"strings"
)

type record struct{ user, action, target string }

func parseRecord(line string) record {
	f := strings.Split(line, ";")
	return record{user: f[0], action: f[1], target: f[2]} // MARK: BUG
}

func parseAll(lines []string, out chan<- record) {
	defer close(out)
	for _, l := range lines {
		out <- parseRecord(l)
	}
}

func main() {
	out := make(chan record)
	go parseAll([]string{"ann;read;/etc", "bob;write"}, out)
	for r := range out {
		fmt.Println(r.user, r.action, r.target)
	}
}
