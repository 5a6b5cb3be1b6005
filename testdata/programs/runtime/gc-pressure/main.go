package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"time"
)

type event struct {
	ID     int               `json:"id"`
	Labels map[string]string `json:"labels"`
	Body   string            `json:"body"`
}

func roundTrip(id int, body string) (int, error) {
	b, err := json.Marshal(event{ID: id, Labels: map[string]string{"app": "web", "env": "prod"}, Body: body})
	if err != nil {
		return 0, err
	}
	var e event
	if err := json.Unmarshal(b, &e); err != nil {
		return 0, err
	}
	return len(e.Body), nil
}

func produce(deadline time.Time, wg *sync.WaitGroup, total *int) {
	defer wg.Done()
	body := strings.Repeat("payload ", 512)
	for id := 0; time.Now().Before(deadline); id++ {
		n, err := roundTrip(id, body)
		if err != nil {
			fmt.Println(err)
			return
		}
		*total += n
	}
}

func main() {
	var wg sync.WaitGroup
	totals := make([]int, 4)
	deadline := time.Now().Add(4 * time.Second)
	for i := range totals {
		wg.Add(1)
		go produce(deadline, &wg, &totals[i])
	}
	wg.Wait()
	fmt.Println(len(totals), "producers")
}
