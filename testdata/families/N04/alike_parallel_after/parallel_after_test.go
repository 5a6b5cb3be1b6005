// N04: parallel subtests use what the loop around them writes; they only read it, and run when the loop is over.
package n04

import "testing"

type testCase struct {
	in, out int
}

func double(n int) int { return 2 * n }

func TestDouble(t *testing.T) {
	cases := []testCase{{1, 2}, {2, 4}, {3, 6}}
	started := 0
	for range cases {
		started++
		t.Run("case", func(t *testing.T) {
			t.Parallel()
			last := cases[started-1]
			if started != len(cases) || double(last.in) != last.out {
				t.Error("wrong")
			}
		})
	}
}
