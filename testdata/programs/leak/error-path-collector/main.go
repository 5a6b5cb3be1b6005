package main

import (
	"fmt"
	"log"
	"sync"
	"time"

	"fixtures.test/programs/internal/harness"
)

type parsed struct {
	file string
	rows int
	err  error
}

type importer struct {
	wg      sync.WaitGroup
	results chan parsed
}

func (im *importer) parse(file string, broken bool) {
	defer im.wg.Done()
	time.Sleep(5 * time.Millisecond)
	p := parsed{file: file, rows: len(file)}
	if broken {
		p.err = fmt.Errorf("%s: unexpected column", file)
	}
	im.results <- p // MARK: SEND
}

// importAll parses all files at once and adds up their rows.
func importAll(files []string) (int, error) {
	im := &importer{results: make(chan parsed)}
	for i, f := range files {
		im.wg.Add(1)
		go im.parse(f, i%2 == 0)
	}
	go im.closeWhenDone()
	total := 0
	for p := range im.results {
		if p.err != nil {
			return 0, p.err
		}
		total += p.rows
	}
	return total, nil
}

func (im *importer) closeWhenDone() {
	im.wg.Wait()
	close(im.results)
}

func main() {
	harness.Every(10*time.Second, func() {
		if _, err := importAll([]string{"a.csv", "b.csv", "c.csv", "d.csv"}); err != nil {
			log.Print(err)
		}
	})
	harness.Run()
}
