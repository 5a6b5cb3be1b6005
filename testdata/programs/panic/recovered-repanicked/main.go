package main

import (
	"log"
	"os"
)

func charge(cents int) int {
	if cents < 0 {
		panic("negative amount") // MARK: FIRST
	}
	return cents * 3 / 100
}

func withLog(name string, f func()) {
	defer func() {
		if r := recover(); r != nil {
			log.Printf("%s failed: %v", name, r)
			panic(r) // MARK: AGAIN
		}
	}()
	f()
}

func main() {
	log.SetOutput(os.Stdout)
	withLog("small", func() { log.Print(charge(100)) })
	withLog("refund", func() { log.Print(charge(-100)) })
}
