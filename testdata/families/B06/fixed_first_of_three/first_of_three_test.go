// B06: only the first of three answers is read.
package b06

import (
	"fmt"
	"testing"
)

type mirrorHost struct {
	name string
	rank int
}

type answer struct {
	host string
	body string
}

func (m mirrorHost) fetch(path string) answer {
	return answer{m.name, fmt.Sprintf("%s from %s", path, m.name)}
}

func fastest(hosts []mirrorHost, path string) answer {
	answers := make(chan answer, len(hosts))
	for _, h := range hosts {
		go func(h mirrorHost) {
			answers <- h.fetch(path)
		}(h)
	}
	return <-answers
}

func TestFirstOfThree(t *testing.T) {
	hosts := []mirrorHost{{"a", 1}, {"b", 2}, {"c", 3}}
	if got := fastest(hosts, "/index"); got.body == "" {
		t.Error("empty answer")
	}
}
