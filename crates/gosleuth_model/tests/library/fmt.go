// Declarations of package fmt, as far as the tests use it.
package fmt

func Println(a ...any)
func Errorf(format string, a ...any) error
func Sprint(a ...any) string
