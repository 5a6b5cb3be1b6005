// Package dr002 has what DR002 finds (unguarded-field), and what it does not.
package dr002

import (
	"sync"
	"sync/atomic"
)

type counter struct {
	mu sync.Mutex
	n  int
}

func (c *counter) inc() {
	c.mu.Lock()
	c.n++
	c.mu.Unlock()
}

func (c *counter) peek() int {
	return c.n // want DR002 "counter.n"
}

func (c *counter) get() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.n
}

func BadMethod() int {
	c := &counter{}
	go c.inc()
	return c.peek()
}

func OkMethod() int {
	c := &counter{}
	go c.inc()
	return c.get()
}

var level int

func BadGlobal(done chan bool) {
	go func() {
		if level > 0 {
			done <- true
		}
	}()
	level = 2 // want DR002 "level"
}

func OkGlobal(done chan bool) {
	level = 2
	go func() {
		if level > 0 {
			done <- true
		}
	}()
}

type worker struct {
	sync.Mutex
	state string
	stop  chan struct{}
	ended chan struct{}
}

func (w *worker) run() {
	defer close(w.ended)
	<-w.stop
	w.state = "ended" // want DR002 "worker.state"
}

func BadEmbedded() string {
	w := &worker{stop: make(chan struct{}), ended: make(chan struct{})}
	go w.run()
	w.Lock()
	defer w.Unlock()
	return w.state
}

func (w *worker) runOnce() {
	defer close(w.ended)
	<-w.stop
	w.state = "ended"
}

func OkJoined() string {
	w := &worker{stop: make(chan struct{}), ended: make(chan struct{})}
	go w.runOnce()
	close(w.stop)
	<-w.ended
	return w.state
}

type box struct{ value int }

func change(b *box) {
	b.value++ // want DR002 "box.value"
}

func BadParameter() {
	b := &box{}
	for i := 0; i < 3; i++ {
		go change(b)
	}
}

func changeOwn(b *box) { b.value++ }

func OkOwn() {
	for i := 0; i < 3; i++ {
		b := &box{}
		go changeOwn(b)
	}
}

type setter interface{ set(int) }

type plain struct{ last int }

func (p *plain) set(n int) {
	p.last = n // want DR002 "plain.last"
}

func BadInterface() {
	var s setter = &plain{}
	go s.set(1)
	s.set(2)
}

type guarded struct {
	mu   sync.Mutex
	last int
}

func (g *guarded) set(n int) {
	g.mu.Lock()
	g.last = n
	g.mu.Unlock()
}

func OkInterface() {
	var s setter = &guarded{}
	go s.set(1)
	s.set(2)
}

type cell[T any] struct{ held T }

func (c *cell[T]) put(v T) {
	c.held = v // want DR002 "held"
}

func BadGeneric() {
	c := &cell[string]{}
	go c.put("a")
	c.put("b")
}

type lazy struct {
	once sync.Once
	conf map[string]string
}

func (l *lazy) load() map[string]string {
	l.once.Do(func() { l.conf = map[string]string{} })
	return l.conf
}

func OkOnce() {
	l := &lazy{}
	go l.load()
	l.load()
}

type flagged struct {
	ready atomic.Bool
	data  []int
}

func OkPublished() int {
	f := &flagged{}
	go func() {
		f.data = []int{1}
		f.ready.Store(true)
	}()
	if f.ready.Load() {
		return len(f.data)
	}
	return 0
}

func OkToken() int {
	token := make(chan struct{}, 1)
	b := &box{}
	use := func() int {
		token <- struct{}{}
		defer func() { <-token }()
		b.value++
		return b.value
	}
	go use()
	return use()
}

func fillPart(wg *sync.WaitGroup, cells []int, from, to int) {
	defer wg.Done()
	for i := from; i < to; i++ {
		cells[i] = i * i
	}
}

// Each goroutine has a range of its own.
func OkRangesApart() []int {
	cells := make([]int, 10)
	var wg sync.WaitGroup
	wg.Add(2)
	go fillPart(&wg, cells, 0, 5)
	go fillPart(&wg, cells, 5, 10)
	wg.Wait()
	return cells
}

func fillOverlapping(wg *sync.WaitGroup, cells []int, from, to int) {
	defer wg.Done()
	for i := from; i < to; i++ {
		cells[i] = i * i // want DR002 "written here|while the goroutine|writes"
	}
}

// The ranges share an element.
func BadRangesOverlap() []int {
	cells := make([]int, 10)
	var wg sync.WaitGroup
	wg.Add(2)
	go fillOverlapping(&wg, cells, 0, 6)
	go fillOverlapping(&wg, cells, 5, 10)
	wg.Wait()
	return cells
}

func newRows(n int) [][]int {
	rows := make([][]int, n)
	for i := range rows {
		rows[i] = make([]int, n)
	}
	return rows
}

// Each row is memory of its own, and each worker has rows of its own.
func OkRowsOfWorkers() [][]int {
	rows := newRows(8)
	jobs := make(chan int)
	var wg sync.WaitGroup
	for w := 0; w < 2; w++ {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for i := range jobs {
				for j := range rows[i] {
					rows[i][j] = i * j
				}
			}
		}()
	}
	for i := range rows {
		jobs <- i
	}
	close(jobs)
	wg.Wait()
	return rows
}

func fillRows(wg *sync.WaitGroup, rows [][]int) {
	defer wg.Done()
	for _, row := range rows {
		for j := range row {
			row[j]++
		}
	}
}

func OkHalvesOfRows() [][]int {
	rows := newRows(8)
	half := len(rows) / 2
	var wg sync.WaitGroup
	wg.Add(2)
	go fillRows(&wg, rows[:half])
	go fillRows(&wg, rows[half:])
	wg.Wait()
	return rows
}

func OkStripes() [][]int {
	rows := newRows(8)
	var wg sync.WaitGroup
	for w := 0; w < 2; w++ {
		wg.Add(1)
		go func(w int) {
			defer wg.Done()
			for i := w; i < len(rows); i += 2 {
				rows[i][0] = i
			}
		}(w)
	}
	wg.Wait()
	return rows
}

func OkPartsOfPointers() []*counter {
	all := make([]*counter, 6)
	for i := range all {
		all[i] = &counter{}
	}
	var wg sync.WaitGroup
	for w := 0; w < 2; w++ {
		wg.Add(1)
		go func(from, to int) {
			defer wg.Done()
			for i := from; i < to; i++ {
				all[i].n++
			}
		}(w*3, w*3+3)
	}
	wg.Wait()
	return all
}

func fillAll(wg *sync.WaitGroup, rows [][]int) {
	defer wg.Done()
	for _, row := range rows {
		for j := range row {
			row[j]++
		}
	}
}

// FN_AllRows starts two goroutines that go through all rows; outside tests, what may be one of several is not reported.
func FN_AllRows() [][]int {
	rows := newRows(8)
	var wg sync.WaitGroup
	wg.Add(2)
	go fillAll(&wg, rows)
	go fillAll(&wg, rows)
	wg.Wait()
	return rows
}

type grid struct{ rows [][]int }

// All elements are the same row.
func BadSameRow() *grid {
	row := make([]int, 4)
	rows := make([][]int, 4)
	for i := range rows {
		rows[i] = row
	}
	all := &grid{rows: rows}
	var wg sync.WaitGroup
	for i := range rows {
		wg.Add(1)
		go func(i int) {
			defer wg.Done()
			all.rows[i][0]++ // want DR002 "another one of these"
		}(i)
	}
	wg.Wait()
	return all
}
