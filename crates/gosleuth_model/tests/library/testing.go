// Declarations of package testing, as far as the tests use it.
package testing

type common struct{ failed bool }

func (c *common) Fatal(args ...any)
func (c *common) Error(args ...any)
func (c *common) Log(args ...any)
func (c *common) Cleanup(f func())

type T struct {
	common
	parallel bool
}

func (t *T) Run(name string, f func(t *T)) bool
