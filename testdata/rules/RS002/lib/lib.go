// Package lib makes servers.
package lib

import "net/http"

// Address is where they listen.
const Address = ":8080"

// Unlimited makes a server without timeouts; it is found where it is made.
func Unlimited() *http.Server {
	return &http.Server{Addr: Address} // want RS002 "this server waits for requests without any time limit"
}
