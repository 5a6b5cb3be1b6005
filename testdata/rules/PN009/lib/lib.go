// Package lib reports.
package lib

import "net/http"

// Report asks a server, without a limit.
func Report(text string) {
	resp, err := http.Get("https://alerts.example.com/?" + text)
	if err == nil {
		resp.Body.Close()
	}
}
