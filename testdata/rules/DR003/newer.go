//go:build go1.22

package dr003

// OkNewer has a variable for each round.
func OkNewer(list []string, use func(string)) {
	for _, s := range list {
		go func() {
			use(s)
		}()
	}
}
