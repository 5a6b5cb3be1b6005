// Callback calls C, which calls Go back, from Go's threads and from one of its own.
package main

/*
#include <pthread.h>

extern void goBack(int);

static void *run(void *unused) {
	for (int i = 0; i < 3; i++) goBack(i);
	return unused;
}

static void there(int n) { goBack(n); }

static void elsewhere(void) {
	pthread_t thread;
	if (pthread_create(&thread, 0, run, 0) == 0) pthread_join(thread, 0);
}
*/
import "C"

import (
	"os"
	"runtime/trace"
	"sync"
)

var (
	mu    sync.Mutex
	calls int
)

//export goBack
func goBack(n C.int) {
	mu.Lock()
	calls += int(n)
	mu.Unlock()
}

func main() {
	file, err := os.Create(os.Args[1])
	if err != nil {
		panic(err)
	}
	if err := trace.Start(file); err != nil {
		panic(err)
	}
	var wg sync.WaitGroup
	for i := 0; i < 4; i++ {
		wg.Add(1)
		go func(i int) {
			defer wg.Done()
			C.there(C.int(i))
			C.elsewhere()
		}(i)
	}
	wg.Wait()
	trace.Stop()
	_ = file.Close()
}
