// Package retry calls functions until they succeed.
package retry

// MaxAttempts bounds the calls made by Do.
var MaxAttempts = 10

// Do calls f until it returns nil or MaxAttempts is reached.
func Do(f func() error) error {
	var err error
	for i := 0; i < MaxAttempts; i++ { // MARK: READ
		if err = f(); err == nil {
			return nil
		}
	}
	return err
}
