// B06: the gatherer stops at the first error; the remaining shards wait for it for ever.
package b06

import (
	"errors"
	"testing"
)

type query interface {
	run(shard int) (int, error)
}

type rowCount struct{ broken int }

func (r rowCount) run(shard int) (int, error) {
	if shard == r.broken {
		return 0, errors.New("shard unreachable")
	}
	return shard * 10, nil
}

type partial struct {
	rows int
	err  error
}

type executor struct {
	shards  int
	results chan partial
}

func newExecutor(shards int) *executor {
	return &executor{shards: shards, results: make(chan partial, shards)}
}

func (e *executor) scatter(q query) {
	for i := 0; i < e.shards; i++ {
		go e.one(q, i)
	}
}

func (e *executor) one(q query, shard int) {
	var p partial
	p.rows, p.err = q.run(shard)
	e.results <- p
}

func (e *executor) gather() (int, error) {
	total := 0
	for i := 0; i < e.shards; i++ {
		p := <-e.results
		if p.err != nil {
			return 0, p.err
		}
		total += p.rows
	}
	return total, nil
}

func TestScatterGather(t *testing.T) {
	e := newExecutor(3)
	e.scatter(rowCount{broken: 1})
	if _, err := e.gather(); err == nil {
		t.Error("no error")
	}
}
