// Package pn008 serves.
package pn008

import (
	"log"
	"net/http"
	"strings"
)

func BadAssertion(w http.ResponseWriter, r *http.Request) {
	value := r.Context().Value("user")
	go func() { // want PN008 "ends the server"
		log.Print(value.(string))
	}()
}

func BadPanic(jobs chan int) {
	go func() { // want PN008 "ends the server"
		for job := range jobs {
			if job < 0 {
				panic("negative job")
			}
		}
	}()
}

func BadParts(lines chan string) {
	go func() { // want PN008 "ends the server"
		for line := range lines {
			parts := strings.Split(line, "=")
			log.Print(parts[1])
		}
	}()
}

type server struct{ events chan any }

func (s *server) BadMethod() {
	go s.loop() // want PN008 "ends the server"
}

func (s *server) loop() {
	for event := range s.events {
		s.handle(event)
	}
}

func (s *server) handle(event any) {
	log.Print(event.(error))
}

func check(value int) {
	if value < 0 {
		panic("negative")
	}
}

func BadHelper(values chan int) {
	go func() { // want PN008 "ends the server"
		check(<-values)
	}()
}

func BadGeneric[T any](values chan any) {
	go func() { // want PN008 "ends the server"
		value := (<-values).(T)
		log.Print(value)
	}()
}

func OkRecovers(jobs chan any) {
	go func() {
		defer func() {
			if r := recover(); r != nil {
				log.Print(r)
			}
		}()
		log.Print((<-jobs).(string))
	}()
}

func logPanic() {
	if r := recover(); r != nil {
		log.Print(r)
	}
}

func OkNamed(jobs chan any) {
	go func() {
		defer logPanic()
		log.Print((<-jobs).(string))
	}()
}

func OkCommaOk(jobs chan any) {
	go func() {
		text, ok := (<-jobs).(string)
		log.Print(text, ok)
	}()
}

func OkNothing(jobs chan string) {
	go func() {
		log.Print(<-jobs)
	}()
}

func OkAsksLength(lines chan string) {
	go func() {
		parts := strings.Split(<-lines, "=")
		if len(parts) == 2 {
			log.Print(parts[1])
		}
	}()
}

func OkNoGoroutine(value any) string {
	return value.(string)
}

func OkFirstPart(lines chan string) {
	go func() {
		log.Print(strings.Split(<-lines, "=")[0])
	}()
}
