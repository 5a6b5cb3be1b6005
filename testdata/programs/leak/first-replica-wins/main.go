package main

import (
	"log"
	"time"

	"fixtures.test/programs/internal/harness"
)

type replica struct {
	name    string
	latency time.Duration
}

type answer struct {
	from  string
	value string
}

func askReplica(r replica, key string, out chan<- answer) {
	time.Sleep(r.latency)
	out <- answer{from: r.name, value: key + "@" + r.name} // MARK: BUG
}

// lookup returns the fastest answer.
func lookup(replicas []replica, key string) answer {
	out := make(chan answer)
	for _, r := range replicas {
		go askReplica(r, key, out)
	}
	return <-out
}

func main() {
	replicas := []replica{
		{"eu-west", 5 * time.Millisecond},
		{"eu-north", 15 * time.Millisecond},
		{"us-east", 30 * time.Millisecond},
	}
	harness.Every(10*time.Second, func() {
		a := lookup(replicas, "user:42")
		log.Printf("%s answered %q", a.from, a.value)
	})
	harness.Run()
}
