package main

import (
	"fmt"

	"fixtures.test/programs/internal/harness"
)

type licence struct{ owner string }

var current = func() *licence {
	harness.Start()
	return &licence{owner: "unknown"}
}()

func request(server string, answer chan<- licence) {
	if server == "" {
		return
	}
	answer <- licence{owner: server}
}

func waitForLicence() licence {
	answer := make(chan licence)
	go request("", answer)
	return <-answer // MARK: BUG
}

func init() {
	*current = waitForLicence()
}

func main() {
	fmt.Println("licensed to", current.owner)
}
