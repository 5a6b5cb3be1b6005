// Package rs009 tries again.
package rs009

import (
	"context"
	"database/sql"
	"errors"
	"log"
	"net"
	"net/http"
	"time"
)

func BadAtOnce(client *http.Client, url string) *http.Response {
	for {
		resp, err := client.Get(url) // want RS009 "repeated at once, and without an end"
		if err == nil {
			return resp
		}
		log.Print(err)
	}
}

func BadContinue(db *sql.DB, jobs <-chan int) {
	for job := range jobs {
		for {
			_, err := db.Exec("INSERT INTO jobs VALUES (?)", job) // want RS009 "repeated at once"
			if err != nil {
				log.Print(err)
				continue
			}
			break
		}
	}
}

func BadForEver(addr string) net.Conn {
	for {
		conn, err := net.Dial("tcp", addr) // want RS009 "repeated for ever when it fails"
		if err == nil {
			return conn
		}
		time.Sleep(time.Second)
	}
}

type service struct {
	client *http.Client
	url    string
}

func (s *service) send(req *http.Request) error {
	resp, err := s.client.Do(req)
	if err != nil {
		return err
	}
	return resp.Body.Close()
}

func (s *service) BadThroughMethod(req *http.Request) {
	for {
		if err := s.send(req); err == nil { // want RS009 "repeated at once"
			break
		}
	}
}

func (s *service) BadGoroutine(req *http.Request) {
	go func() {
		for {
			err := s.send(req) // want RS009 "repeated at once"
			if err != nil {
				continue
			}
			return
		}
	}()
}

func BadCondition(db *sql.DB) {
	err := db.Ping() // the first one
	for err != nil {
		err = db.Ping() // want RS009 "repeated at once"
	}
}

func BadSwitch(client *http.Client, url string) *http.Response {
	for {
		resp, err := client.Get(url) // want RS009 "repeated at once"
		switch {
		case err != nil:
			log.Print(err)
		default:
			return resp
		}
	}
}

func OkAttempts(client *http.Client, url string) (resp *http.Response, err error) {
	for i := 0; i < 5; i++ {
		resp, err = client.Get(url)
		if err == nil {
			return resp, nil
		}
	}
	return nil, err
}

func OkContext(ctx context.Context, client *http.Client, url string) (*http.Response, error) {
	for {
		resp, err := client.Get(url)
		if err == nil {
			return resp, nil
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(time.Second):
		}
	}
}

func OkPermanent(db *sql.DB) error {
	for {
		_, err := db.Exec("UPDATE jobs SET n = n + 1")
		if err == nil {
			return nil
		}
		if !errors.Is(err, sql.ErrConnDone) {
			return err
		}
		time.Sleep(time.Second)
	}
}

func OkReconnects(addr string, serve func(net.Conn)) {
	for {
		conn, err := net.Dial("tcp", addr)
		if err != nil {
			time.Sleep(time.Second)
			continue
		}
		serve(conn)
	}
}

func OkCounter(addr string) (net.Conn, error) {
	attempt := 0
	for {
		conn, err := net.Dial("tcp", addr)
		if err == nil {
			return conn, nil
		}
		attempt++
		if attempt > 3 {
			return nil, err
		}
	}
}

func OkEach(client *http.Client, urls []string) {
	for _, url := range urls {
		resp, err := client.Get(url)
		if err != nil {
			continue
		}
		resp.Body.Close()
	}
}

func OkTicker(db *sql.DB, ticks <-chan time.Time) {
	for range ticks {
		if err := db.Ping(); err != nil {
			log.Print(err)
		}
	}
}
