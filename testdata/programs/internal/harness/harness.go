// Package harness keeps a failing program alive and writes down, at set times,
// what an engineer would collect from it: goroutine dumps and profiles. It
// starts no goroutine of its own that lives between snapshots: the main
// goroutine is the housekeeping loop, and snapshots run on timer callbacks.
//
// The recorder controls it through the environment:
//
//	FIXTURE_DIR    directory for the evidence; without it nothing is written
//	               and the program runs until it is killed
//	FIXTURE_A      age at which the first snapshot is taken (default 3s)
//	FIXTURE_B      age at which the second one is taken (default 6m30s)
//	FIXTURE_EVERY  replaces every interval given to Every, for quick checks
//
// Snapshot A writes A.debug2.txt, A.debug1.txt and A.goroutine.pb.gz. Snapshot
// B writes the same and then, because it changes the state of goroutines, the
// goroutineleak profile where the runtime has one: B.leak.debug1.txt,
// B.leak.debug2.txt and B.leak.pb.gz. Profiles named by Also are written as
// A.NAME.debug1.txt, A.NAME.pb.gz and so on. When all of B is on disk an empty
// file "done" appears; from then on the recorder may send SIGQUIT.
package harness

import (
	"log"
	"os"
	"path/filepath"
	"runtime"
	"runtime/pprof"
	"time"
)

// collectEvery is short because a goroutine's waiting time counts from the
// first garbage collection that sees it blocked.
const collectEvery = 2 * time.Second

type job struct {
	interval time.Duration
	next     time.Time
	work     func()
}

var (
	jobs  []job
	extra []string
)

// Every registers work to be done once at the start of Run and then each
// interval, on the goroutine that calls Run.
func Every(interval time.Duration, work func()) {
	if d, ok := duration("FIXTURE_EVERY"); ok {
		interval = d
	}
	jobs = append(jobs, job{interval: interval, work: work})
}

// Also adds runtime profiles ("mutex", "block", "threadcreate", "heap") to both
// snapshots.
func Also(profiles ...string) {
	extra = append(extra, profiles...)
}

// Run arms the snapshots and then does the registered work forever. It is the
// last call of main.
func Run() {
	arm()
	load := time.NewTicker(shortest())
	defer load.Stop()
	housekeeping := time.NewTicker(collectEvery)
	defer housekeeping.Stop()
	work(time.Now())
	for {
		select {
		case now := <-load.C:
			work(now)
		case <-housekeeping.C:
			runtime.GC()
		}
	}
}

// Start arms the snapshots and returns. It is for programs whose main goroutine
// hangs as part of the failure; registered work is not done.
func Start() {
	arm()
	var collect func()
	collect = func() {
		runtime.GC()
		time.AfterFunc(collectEvery, collect)
	}
	time.AfterFunc(collectEvery, collect)
}

func work(now time.Time) {
	for i := range jobs {
		if j := &jobs[i]; !now.Before(j.next) {
			// Half an interval of slack keeps a late tick from skipping a turn.
			j.next = now.Add(j.interval / 2)
			j.work()
		}
	}
}

func shortest() time.Duration {
	min := 10 * time.Second
	for _, j := range jobs {
		if j.interval < min {
			min = j.interval
		}
	}
	return min
}

func arm() {
	dir := os.Getenv("FIXTURE_DIR")
	if dir == "" {
		return
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		log.Fatal(err)
	}
	first, ok := duration("FIXTURE_A")
	if !ok {
		first = 3 * time.Second
	}
	second, ok := duration("FIXTURE_B")
	if !ok {
		second = 390 * time.Second
	}
	time.AfterFunc(first, func() { snapshot(dir, "A") })
	time.AfterFunc(second, func() {
		snapshot(dir, "B")
		leaks(dir)
		save(dir, "done", nil)
	})
}

func snapshot(dir, when string) {
	goroutines := pprof.Lookup("goroutine")
	save(dir, when+".debug2.txt", func(f *os.File) error { return goroutines.WriteTo(f, 2) })
	save(dir, when+".debug1.txt", func(f *os.File) error { return goroutines.WriteTo(f, 1) })
	save(dir, when+".goroutine.pb.gz", func(f *os.File) error { return goroutines.WriteTo(f, 0) })
	for _, name := range extra {
		p := pprof.Lookup(name)
		if p == nil {
			continue
		}
		save(dir, when+"."+name+".debug1.txt", func(f *os.File) error { return p.WriteTo(f, 1) })
		save(dir, when+"."+name+".pb.gz", func(f *os.File) error { return p.WriteTo(f, 0) })
	}
}

func leaks(dir string) {
	p := pprof.Lookup("goroutineleak")
	if p == nil {
		return
	}
	save(dir, "B.leak.debug1.txt", func(f *os.File) error { return p.WriteTo(f, 1) })
	save(dir, "B.leak.debug2.txt", func(f *os.File) error { return p.WriteTo(f, 2) })
	save(dir, "B.leak.pb.gz", func(f *os.File) error { return p.WriteTo(f, 0) })
}

func save(dir, name string, write func(*os.File) error) {
	f, err := os.Create(filepath.Join(dir, name))
	if err != nil {
		log.Fatal(err)
	}
	if write != nil {
		if err := write(f); err != nil {
			log.Fatal(err)
		}
	}
	if err := f.Close(); err != nil {
		log.Fatal(err)
	}
}

func duration(name string) (time.Duration, bool) {
	text := os.Getenv(name)
	if text == "" {
		return 0, false
	}
	d, err := time.ParseDuration(text)
	if err != nil {
		log.Fatalf("%s: %v", name, err)
	}
	return d, true
}
