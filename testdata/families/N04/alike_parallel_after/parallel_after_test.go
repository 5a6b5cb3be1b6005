// N04: parallel subtests use the counter of a loop; they only read it, and run when the loop is over.
package n04

import "testing"

type testCase struct {
	in, out int
}

func double(n int) int { return 2 * n }

func TestDouble(t *testing.T) {
	cases := []testCase{{1, 2}, {2, 4}, {3, 6}}
	for i := 0; i < len(cases); i++ {
		t.Run("case", func(t *testing.T) {
			t.Parallel()
			if i < len(cases) && double(cases[i].in) != cases[i].out {
				t.Error("wrong")
			}
		})
	}
}
