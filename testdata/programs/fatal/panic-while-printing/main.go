package main

import "fmt"

type statement struct{ text string }

type queryError struct {
	stmt *statement
	code int
}

func (e *queryError) Error() string {
	return fmt.Sprintf("%s: code %d", e.stmt.text, e.code) // MARK: ERROR
}

func query(text string) error {
	if text == "" {
		return &queryError{code: 42}
	}
	return nil
}

func run(texts ...string) {
	for _, t := range texts {
		if err := query(t); err != nil {
			panic(err) // MARK: RUN
		}
		fmt.Println("ran", t)
	}
}

func main() {
	run("SELECT 1", "")
}
