// Mixed does a little of everything that an execution trace can show, then exits. It is the program of the recorded traces.
//
// Usage: mixed FILE [samples|slow]
package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"runtime"
	"runtime/pprof"
	"runtime/trace"
	"sync"
	"time"
)

var sink [][]byte

// produce sends n numbers and closes the channel.
func produce(out chan<- int, n int) {
	for i := 0; i < n; i++ {
		out <- i
	}
	close(out)
}

// consume adds what arrives, with a lock held for a moment.
func consume(in <-chan int, mu *sync.Mutex, total *int, wg *sync.WaitGroup) {
	defer wg.Done()
	for n := range in {
		mu.Lock()
		*total += n
		if n%32 == 0 {
			time.Sleep(20 * time.Microsecond)
		}
		mu.Unlock()
	}
}

// allocate makes garbage and keeps a part of it, so that the collector has to mark and to be assisted.
func allocate(rounds int) {
	for i := 0; i < rounds; i++ {
		block := make([]byte, 64<<10)
		block[0] = byte(i)
		if i%8 == 0 {
			sink = append(sink, block)
		}
	}
	sink = nil
}

// echo answers on a connection until it ends.
func echo(listener net.Listener) {
	conn, err := listener.Accept()
	if err != nil {
		return
	}
	defer conn.Close()
	_, _ = io.Copy(conn, conn)
}

func network() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return
	}
	defer listener.Close()
	go echo(listener)
	conn, err := net.Dial("tcp", listener.Addr().String())
	if err != nil {
		return
	}
	defer conn.Close()
	buffer := make([]byte, 16)
	for i := 0; i < 10; i++ {
		_, _ = conn.Write([]byte("0123456789abcdef"))
		_, _ = io.ReadFull(conn, buffer)
	}
}

// syscalls reads a pipe that is written late: a thread is blocked in the kernel for a while.
func syscalls() {
	for i := 0; i < 20; i++ {
		_, _ = os.ReadFile("/proc/self/status")
	}
}

// order is a task with regions and a log line.
func order(ctx context.Context, number int) {
	ctx, task := trace.NewTask(ctx, "order")
	defer task.End()
	trace.WithRegion(ctx, "check", func() { time.Sleep(100 * time.Microsecond) })
	trace.Log(ctx, "number", fmt.Sprint(number))
	defer trace.StartRegion(ctx, "store").End()
	pay, inner := trace.NewTask(ctx, "pay")
	trace.Logf(pay, "amount", "%d", number*10)
	inner.End()
	runtime.Gosched()
}

// burn uses the processor until the time is over.
func burn(until time.Duration) int {
	start, n := time.Now(), 0
	for time.Since(start) < until {
		for i := 0; i < 1000; i++ {
			n += i % 7
		}
	}
	return n
}

func main() {
	// These are blocked before the trace starts and after it ends.
	never, tick := make(chan int), make(chan struct{})
	go func() { <-never }()
	go func() { select {} }()
	go func() {
		for range tick {
		}
	}()
	time.Sleep(time.Millisecond)

	file, err := os.Create(os.Args[1])
	if err != nil {
		panic(err)
	}
	mode := ""
	if len(os.Args) > 2 {
		mode = os.Args[2]
	}
	if mode == "samples" {
		profile, err := os.CreateTemp("", "cpu")
		if err != nil {
			panic(err)
		}
		defer os.Remove(profile.Name())
		_ = pprof.StartCPUProfile(profile)
		defer pprof.StopCPUProfile()
	}
	if err := trace.Start(file); err != nil {
		panic(err)
	}
	var wg sync.WaitGroup
	var mu sync.Mutex
	total := 0
	numbers := make(chan int)
	for i := 0; i < 3; i++ {
		wg.Add(1)
		go consume(numbers, &mu, &total, &wg)
	}
	go produce(numbers, 200)
	wg.Wait()
	network()
	syscalls()
	for i := 0; i < 5; i++ {
		wg.Add(1)
		go func(i int) {
			defer wg.Done()
			pprof.Do(context.Background(), pprof.Labels("order", fmt.Sprint(i)), func(ctx context.Context) { order(ctx, i) })
		}(i)
	}
	wg.Wait()
	cond, ready := sync.NewCond(&mu), false
	go func() {
		time.Sleep(200 * time.Microsecond)
		mu.Lock()
		ready = true
		mu.Unlock()
		cond.Broadcast()
	}()
	mu.Lock()
	for !ready {
		cond.Wait()
	}
	mu.Unlock()
	allocate(2000)
	runtime.GC()
	runtime.GOMAXPROCS(1)
	runtime.GOMAXPROCS(2)
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	if mode == "slow" {
		// Longer than two generations.
		for i := 0; i < 45; i++ {
			tick <- struct{}{}
			time.Sleep(50 * time.Millisecond)
		}
	}
	if mode == "samples" {
		wg.Add(2)
		for i := 0; i < 2; i++ {
			go func() { defer wg.Done(); _ = burn(150 * time.Millisecond) }()
		}
		wg.Wait()
	}
	trace.Stop()
	_ = file.Close()
	runtime.KeepAlive(never)
}
