package main

import (
	"fmt"
	"log"
	"strings"
)

func logPanic(where string) {
	if r := recover(); r != nil {
		log.Printf("%s: %v", where, r)
	}
}

func parsePort(addr string) string {
	parts := strings.Split(addr, ":")
	return parts[1] // MARK: BUG
}

func ports(addrs []string) (out []string) {
	defer func() {
		logPanic("ports")
	}()
	for _, a := range addrs {
		out = append(out, parsePort(a))
	}
	return out
}

func main() {
	fmt.Println(ports([]string{"a:80", "b"}))
}
