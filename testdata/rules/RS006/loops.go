// Package rs006 defers in loops, where that is wrong and where it is not.
package rs006

import (
	"context"
	"database/sql"
	"errors"
	"io"
	"net/http"
	"os"
	"sync"
	"time"

	"example.com/rules/rs006/locks"
)

type account struct {
	mu      sync.Mutex
	balance int
}

func BadUnlock(accounts []*account, amount int) {
	for _, a := range accounts {
		a.mu.Lock()
		defer a.mu.Unlock() // want RS006 "this deferred Unlock runs when the function returns"
		a.balance += amount
	}
}

func BadFiles(names []string) (sum int64, err error) {
	for _, name := range names {
		file, err := os.Open(name)
		if err != nil {
			return 0, err
		}
		defer file.Close() // want RS006 "this deferred Close runs when the function returns"
		n, err := io.Copy(io.Discard, file)
		if err != nil {
			return 0, err
		}
		sum += n
	}
	return sum, nil
}

func BadResponses(client *http.Client, urls []string) []int {
	var codes []int
	for _, url := range urls {
		resp, err := client.Get(url)
		if err != nil {
			continue
		}
		defer resp.Body.Close() // want RS006 "this deferred Close"
		codes = append(codes, resp.StatusCode)
	}
	return codes
}

func BadCancel(ctx context.Context, jobs <-chan func(context.Context)) {
	for job := range jobs {
		ctx, cancel := context.WithTimeout(ctx, time.Second)
		defer cancel() // want RS006 "this deferred cancel function runs when the function returns"
		job(ctx)
	}
}

func BadRows(db *sql.DB, ids []int) (n int, err error) {
	for i := 0; i < len(ids); i++ {
		rows, err := db.Query("SELECT 1 WHERE id = ?", ids[i])
		if err != nil {
			return n, err
		}
		defer rows.Close() // want RS006 "this deferred Close"
		for rows.Next() {
			n++
		}
	}
	return n, nil
}

type worker struct {
	jobs chan string
	gate locks.Guard
}

func (w *worker) BadForever() {
	for {
		name := <-w.jobs
		w.gate.Acquire()
		defer w.gate.Release() // want RS006 "this deferred Release"
		os.Remove(name)
	}
}

func BadLiteral(names []string) (err error) {
	for _, name := range names {
		file, openErr := os.Open(name)
		if openErr != nil {
			return openErr
		}
		defer func() { // want RS006 "this deferred Close"
			err = errors.Join(err, file.Close())
		}()
		if _, err := file.Stat(); err != nil {
			return err
		}
	}
	return nil
}

func BadTicker(intervals []time.Duration, tick func()) {
	for _, interval := range intervals {
		ticker := time.NewTicker(interval)
		defer ticker.Stop() // want RS006 "this deferred Stop"
		<-ticker.C
		tick()
	}
}

func BadInClosure(names []string) func() error {
	return func() error {
		for _, name := range names {
			file, err := os.Open(name)
			if err != nil {
				return err
			}
			defer file.Close() // want RS006 "this deferred Close"
			if _, err := file.Stat(); err != nil {
				return err
			}
		}
		return nil
	}
}

func BadGeneric[T io.Closer](open func(int) T, n int, use func(T)) {
	for i := 0; i < n; i++ {
		thing := open(i)
		defer thing.Close() // want RS006 "this deferred Close"
		use(thing)
	}
}

func BadRetry(client *http.Client, url string, attempts int) ([]byte, error) {
	for i := 0; i < attempts; i++ {
		resp, err := client.Get(url)
		if err != nil {
			continue
		}
		defer resp.Body.Close() // want RS006 "this deferred Close"
		if resp.StatusCode >= 500 {
			continue
		}
		return io.ReadAll(resp.Body)
	}
	return nil, errors.New("no answer")
}

func OkFunction(names []string) (sum int64) {
	for _, name := range names {
		sum += size(name)
	}
	return sum
}

func size(name string) int64 {
	file, err := os.Open(name)
	if err != nil {
		return 0
	}
	defer file.Close()
	n, _ := io.Copy(io.Discard, file)
	return n
}

func OkLiteralPerRound(accounts []*account, amount int) {
	for _, a := range accounts {
		func() {
			a.mu.Lock()
			defer a.mu.Unlock()
			a.balance += amount
		}()
	}
}

func OkGoroutines(accounts []*account, amount int) {
	var wg sync.WaitGroup
	for _, a := range accounts {
		a := a
		wg.Add(1)
		go func() {
			defer wg.Done()
			a.mu.Lock()
			defer a.mu.Unlock()
			a.balance += amount
		}()
	}
	wg.Wait()
}

func OkLockAll(accounts []*account) (sum int) {
	for _, a := range accounts {
		a.mu.Lock()
		defer a.mu.Unlock()
	}
	for _, a := range accounts {
		sum += a.balance
	}
	return sum
}

func OkLeavesAtOnce(names []string) ([]byte, error) {
	for _, name := range names {
		file, err := os.Open(name)
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		defer file.Close()
		return io.ReadAll(file)
	}
	return nil, os.ErrNotExist
}

func OkKeptInSlice(names []string) error {
	var readers []io.Reader
	for _, name := range names {
		file, err := os.Open(name)
		if err != nil {
			return err
		}
		defer file.Close()
		readers = append(readers, file)
	}
	_, err := io.Copy(io.Discard, io.MultiReader(readers...))
	return err
}

func OkKeptInMap(names []string) (int, error) {
	files := map[string]*os.File{}
	for _, name := range names {
		file, err := os.Open(name)
		if err != nil {
			return 0, err
		}
		defer file.Close()
		files[name] = file
	}
	return len(files), nil
}

func OkCancelOfGoroutines(ctx context.Context, jobs []func(context.Context)) {
	var wg sync.WaitGroup
	for _, job := range jobs {
		ctx, cancel := context.WithTimeout(ctx, time.Second)
		defer cancel()
		job := job
		wg.Add(1)
		go func() {
			defer wg.Done()
			job(ctx)
		}()
	}
	wg.Wait()
}

func OkFewRounds(name string) (n int64) {
	for i := 0; i < 3; i++ {
		file, err := os.Open(name)
		if err != nil {
			continue
		}
		defer file.Close()
		m, _ := io.Copy(io.Discard, file)
		n += m
	}
	return n
}

func OkTwoLocks(a, b *account, amount int) {
	for _, each := range []*account{a, b} {
		each.mu.Lock()
		defer each.mu.Unlock()
		each.balance += amount
	}
}

func OkNoRelease(names []string) {
	for _, name := range names {
		defer println(name)
	}
}

func OkOnce(done <-chan bool, deadline func() time.Duration) bool {
	var timer *time.Timer
	for {
		if timer == nil {
			timer = time.NewTimer(deadline())
			defer timer.Stop()
		} else {
			timer.Reset(deadline())
		}
		select {
		case <-timer.C:
		case ok := <-done:
			return ok
		}
	}
}
