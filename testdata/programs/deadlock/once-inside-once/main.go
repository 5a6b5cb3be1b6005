package main

import (
	"fmt"
	"sync"
)

type settings struct {
	once   sync.Once
	values map[string]string
}

func (s *settings) get(key string) string {
	s.load()
	return s.values[key]
}

func (s *settings) load() {
	s.once.Do(s.defaults) // MARK: OUTER
}

func (s *settings) defaults() {
	s.values = map[string]string{"region": "eu"}
	s.values["endpoint"] = "https://" + s.get("region") + ".example.com" // MARK: INNER
}

func main() {
	var s settings
	fmt.Println(s.get("endpoint"))
}
