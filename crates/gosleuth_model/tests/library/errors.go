// Declarations of package errors, as far as the tests use it.
package errors

func New(text string) error
