package gl001

type feed struct{ subs map[int]chan int }

// What is put into a map of somebody else is known to whoever has that.
func OkKeptInAMapOfTheCaller(f *feed) {
	c := make(chan int)
	f.subs[len(f.subs)] = c
	go func() {
		for range c {
		}
	}()
}

func BadKeptInAMapOfItsOwn() {
	kept := map[int]chan int{}
	c := make(chan int)
	kept[0] = c
	go func() {
		for range c { // want GL001 "nobody closes the channel"
		}
	}()
}
