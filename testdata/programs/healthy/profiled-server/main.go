package main

import (
	"io"
	"io/ioutil"
	"log"
	"net"
	"net/http"
	"net/http/pprof"
	"time"

	"fixtures.test/programs/internal/harness"
)

// collector scrapes profiles as a monitoring agent does.
type collector struct {
	client *http.Client
	base   string
}

func (c *collector) loop() {
	for {
		for _, profile := range []string{"goroutine?debug=1", "heap", "allocs"} {
			if err := c.scrape(profile); err != nil {
				log.Print(err)
			}
		}
		time.Sleep(5 * time.Second)
	}
}

func (c *collector) scrape(profile string) error {
	resp, err := c.client.Get(c.base + "/debug/pprof/" + profile)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	_, err = io.Copy(ioutil.Discard, resp.Body)
	return err
}

// compute keeps the service busy: something has to be in the profiles.
func compute(results chan<- int) {
	for n := 0; ; n++ {
		sum := 0
		for i := 0; i < 100000; i++ {
			sum += i ^ n
		}
		results <- sum
		time.Sleep(20 * time.Millisecond)
	}
}

func main() {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/debug/pprof/", pprof.Index)
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second}
	go func() { log.Fatal(server.Serve(ln)) }()

	results := make(chan int)
	go compute(results)
	go func() {
		for range results {
		}
	}()
	c := &collector{client: &http.Client{Timeout: 10 * time.Second}, base: "http://" + ln.Addr().String()}
	go c.loop()
	harness.Run()
}
