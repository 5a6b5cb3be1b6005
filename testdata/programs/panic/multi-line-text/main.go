package main

import (
	"fmt"
	"strings"
)

type settings map[string]string

func validate(s settings) []string {
	var problems []string
	for _, key := range []string{"addr", "db", "log"} {
		if s[key] == "" {
			problems = append(problems, "missing "+key)
		}
	}
	if s["log"] == "" {
		problems = append(problems, "goroutine 7 [running]: is not a log level")
	}
	return problems
}

func mustValidate(s settings) {
	if p := validate(s); len(p) > 0 {
		panic("invalid settings:\n" + strings.Join(p, "\n") + "\n") // MARK: BUG
	}
}

func main() {
	mustValidate(settings{"addr": ":80", "db": "pg", "log": "info"})
	mustValidate(settings{"addr": ":80"})
	fmt.Println("ready")
}
