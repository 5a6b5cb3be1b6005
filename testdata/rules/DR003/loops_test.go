package dr003

import "testing"

var cases = []struct{ name, wanted string }{{"a", "A"}, {"b", "B"}}

func BadParallelSubtests(t *testing.T) {
	for _, test := range cases {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if test.wanted == "" { // want DR003 "this parallel subtest uses the loop variable `test`"
				t.Error(test.name)
			}
		})
	}
}

func BadParallelNumber(t *testing.T) {
	for i := 0; i < 3; i++ {
		t.Run("number", func(t *testing.T) {
			t.Helper()
			t.Parallel()
			t.Log(i) // want DR003 "this parallel subtest uses the loop variable `i`"
		})
		t.Log("started")
	}
}

func OkParallelCopy(t *testing.T) {
	for _, test := range cases {
		test := test
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			t.Log(test.wanted)
		})
	}
}

func OkBeforeParallel(t *testing.T) {
	for _, test := range cases {
		t.Run(test.name, func(t *testing.T) {
			wanted := test.wanted
			t.Parallel()
			t.Log(wanted)
		})
	}
}

func OkSubtestsInOrder(t *testing.T) {
	for _, test := range cases {
		t.Run(test.name, func(t *testing.T) { t.Log(test.wanted) })
	}
}
