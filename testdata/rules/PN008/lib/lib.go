// Package lib does not serve.
package lib

// OkNoServer is no part of a server.
func OkNoServer(value any) {
	go func() {
		println(value.(string))
	}()
}
