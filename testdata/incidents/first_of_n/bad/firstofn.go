// Package firstofn has all answers but the first one, which nobody reads.
//
// want GL002
package firstofn

func first(replicas []func() string) string {
	ch := make(chan string)
	for _, r := range replicas {
		go func() { ch <- r() }()
	}
	return <-ch
}
