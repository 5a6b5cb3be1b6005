package harness

import (
	"log"
	"os"
	"runtime/pprof"
	"runtime/trace"
	"time"
)

// For traces, the environment says:
//
//	FIXTURE_TRACE        file for an execution trace; after it the program ends
//	FIXTURE_TRACE_AFTER  age at which the trace starts (default 0s: before main)
//	FIXTURE_TRACE_FOR    how long it takes (default 10s)
//	FIXTURE_TRACE_DUMP   file for a goroutine dump at its end
func init() {
	path := os.Getenv("FIXTURE_TRACE")
	if path == "" {
		return
	}
	length, ok := duration("FIXTURE_TRACE_FOR")
	if !ok {
		length = 10 * time.Second
	}
	f, err := os.Create(path)
	if err != nil {
		log.Fatal(err)
	}
	start := func() {
		if err := trace.Start(f); err != nil {
			log.Fatal(err)
		}
		time.AfterFunc(length, func() {
			trace.Stop()
			if err := f.Close(); err != nil {
				log.Fatal(err)
			}
			if path := os.Getenv("FIXTURE_TRACE_DUMP"); path != "" {
				f, err := os.Create(path)
				if err != nil {
					log.Fatal(err)
				}
				pprof.Lookup("goroutine").WriteTo(f, 2)
				f.Close()
			}
			os.Exit(0)
		})
	}
	if after, ok := duration("FIXTURE_TRACE_AFTER"); ok {
		time.AfterFunc(after, start)
	} else {
		start()
	}
}
