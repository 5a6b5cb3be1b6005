package dl001

import "sync"

// What an unexported field holds is written in this package: a call through it means one method.

var tableMu sync.Mutex

type table interface{ size() int }

type guarded struct{ rows []int }

func (g *guarded) size() int {
	tableMu.Lock() // want DL001 "BadFieldOfInterface locks what it has locked already"
	defer tableMu.Unlock()
	return len(g.rows)
}

type plain struct{ rows []int }

func (p *plain) size() int { return len(p.rows) }

type report struct {
	rows  table
	other table
	count func() int
}

// NewReport is how others get one.
func NewReport() *report {
	return &report{rows: &guarded{}, other: &plain{}, count: countRows}
}

func countRows() int {
	tableMu.Lock() // want DL001 "BadFieldOfFunction locks what it has locked already"
	defer tableMu.Unlock()
	return 1
}

func (r *report) BadFieldOfInterface() int {
	tableMu.Lock()
	defer tableMu.Unlock()
	return r.rows.size()
}

func (r *report) BadFieldOfFunction() int {
	tableMu.Lock()
	defer tableMu.Unlock()
	return r.count()
}

func (r *report) OkOtherMethod() int {
	tableMu.Lock()
	defer tableMu.Unlock()
	return r.other.size()
}

func (r *report) OkBeforeTheLock() int {
	size := r.rows.size()
	tableMu.Lock()
	defer tableMu.Unlock()
	return size + len(r.other.(*plain).rows)
}

// Exported fields may hold what others write.

type Sizer interface{ Size() int }

type Exported struct{ Rows Sizer }

type sized struct{}

func (sized) Size() int {
	tableMu.Lock()
	defer tableMu.Unlock()
	return 1
}

func (e *Exported) OkUnknown() int {
	tableMu.Lock()
	defer tableMu.Unlock()
	return e.Rows.Size()
}

var _ = Exported{Rows: sized{}}
