package main

import (
	"strings"
	"sync"
	"time"

	"fixtures.test/programs/internal/harness"
)

type mail struct{ to, body string }

func waitAndClose(wg *sync.WaitGroup, outbox chan mail) {
	wg.Wait() // MARK: WAIT
	close(outbox)
}

// fanOut prepares one mail for each recipient.
func fanOut(recipients []string, body string) <-chan mail {
	outbox := make(chan mail, len(recipients))
	var wg sync.WaitGroup
	wg.Add(len(recipients))
	for _, to := range recipients {
		if !strings.Contains(to, "@") {
			continue
		}
		to := to
		go func() {
			defer wg.Done()
			outbox <- mail{to: to, body: body}
		}()
	}
	go waitAndClose(&wg, outbox)
	return outbox
}

type archive struct{ count int }

func (a *archive) store(mails <-chan mail) {
	for range mails {
		a.count++
	}
}

func main() {
	a := &archive{}
	harness.Every(10*time.Second, func() {
		go a.store(fanOut([]string{"ann@example.com", "bob", "eve@example.com"}, "hello"))
		time.Sleep(10 * time.Millisecond)
	})
	harness.Run()
}
