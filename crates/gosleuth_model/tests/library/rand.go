// Declarations of package math/rand, as far as the tests use it.
package rand

func Intn(n int) int
func Float64() float64
