package size

import (
	"testing"
	"time"
)

func TestParse(t *testing.T) {
	tests := []struct {
		in   string
		want int
	}{
		{"12", 12}, {"1k", 1024}, {"2k", 2048}, {"3m", 3 << 20},
	}
	var got int
	for _, tc := range tests {
		tc := tc
		t.Run(tc.in, func(t *testing.T) {
			t.Parallel()
			got, _ = Parse(tc.in) // MARK: BUG
			if got != tc.want {
				t.Logf("Parse(%q) = %d, want %d", tc.in, got, tc.want)
			}
			time.Sleep(10 * time.Millisecond)
		})
	}
}
