// Package gl014 captures large values.
package gl014

import "example.com/rules/gl014/lib"

func BadSlice(load func([]byte) int, jobs chan int) {
	buffer := make([]byte, 1<<20)
	go func() { // want GL014 "captures `buffer` of 1024 KiB"
		limit := load(buffer)
		for job := range jobs {
			println(job < limit)
		}
	}()
}

func BadArray(sum func(*[100000]int) int, jobs chan int) {
	var table [100000]int
	go func() { // want GL014 "captures `table`"
		total := sum(&table)
		for {
			println(total, <-jobs)
		}
	}()
}

func BadNamed(sum func(*lib.Page) int, jobs chan int) {
	var page lib.Page
	go func() { // want GL014 "captures `page`"
		total := sum(&page)
		for job := range jobs {
			println(total + job)
		}
	}()
}

type record struct {
	name string
	data [1 << 16]byte
}

func BadStruct(jobs chan string) {
	var r record
	go func() { // want GL014 "captures `r`"
		name := r.name
		for job := range jobs {
			println(name, job)
		}
	}()
}

type server struct{ jobs chan int }

func (s *server) BadMethod(load func([]int64) int) {
	buffer := make([]int64, 65536)
	go func() { // want GL014 "captures `buffer` of 512 KiB"
		limit := load(buffer)
		for job := range s.jobs {
			println(job < limit)
		}
	}()
}

func BadGeneric[T any](load func([]byte) T, jobs chan T, use func(T, T)) {
	buffer := make([]byte, 65536)
	go func() { // want GL014 "captures `buffer` of 64 KiB"
		first := load(buffer)
		for job := range jobs {
			use(first, job)
		}
	}()
}

func OkSmall(load func([]byte) int, jobs chan int) {
	buffer := make([]byte, 512)
	go func() {
		limit := load(buffer)
		for job := range jobs {
			println(job < limit)
		}
	}()
}

func OkUsedInLoop(read func([]byte) int, jobs chan int) {
	buffer := make([]byte, 1<<20)
	go func() {
		for range jobs {
			println(read(buffer))
		}
	}()
}

func OkEnds(load func([]byte) int) {
	buffer := make([]byte, 1<<20)
	go func() {
		println(load(buffer))
	}()
}

func OkInside(load func([]byte) int, jobs chan int) {
	go func() {
		limit := load(make([]byte, 1<<20))
		for job := range jobs {
			println(job < limit)
		}
	}()
}

func OkUnknownSize(load func([]byte) int, n int, jobs chan int) {
	buffer := make([]byte, n)
	go func() {
		limit := load(buffer)
		for job := range jobs {
			println(job < limit)
		}
	}()
}

func OkBefore(load func([]byte) int, jobs chan int) {
	buffer := make([]byte, 1<<20)
	limit := load(buffer)
	go func() {
		for job := range jobs {
			println(job < limit)
		}
	}()
}

// FN_Argument is given it as an argument.
func FN_Argument(load func([]byte) int, jobs chan int) {
	buffer := make([]byte, 1<<20)
	go func(buffer []byte) {
		limit := load(buffer)
		for job := range jobs {
			println(job < limit)
		}
	}(buffer)
}
