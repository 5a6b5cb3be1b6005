//go:build go1.23

package gl012

import "time"

// OkCollected is freed from Go 1.23 on.
func OkCollected(n int) {
	ticker := time.NewTicker(time.Second)
	for i := 0; i < n; i++ {
		<-ticker.C
	}
}
