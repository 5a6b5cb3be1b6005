package main

import "fmt"

type link struct {
	url  string
	code int
}

type checker struct {
	jobs    chan string
	results chan link
}

func (c *checker) work() {
	for url := range c.jobs {
		c.results <- link{url: url, code: 200 + len(url)%2*204} // MARK: RESULT
	}
}

func main() {
	c := &checker{jobs: make(chan string), results: make(chan link, 2)}
	for i := 0; i < 3; i++ {
		go c.work()
	}
	const links = 12
	for i := 0; i < links; i++ {
		c.jobs <- fmt.Sprintf("https://example.com/%d", i*i) // MARK: FEED
	}
	close(c.jobs)
	broken := 0
	for i := 0; i < links; i++ {
		if l := <-c.results; l.code != 200 {
			broken++
		}
	}
	fmt.Println(broken, "broken links")
}
