// Package semleak has a limiter that loses a slot with each error, as it should be.
package semleak

import "errors"

type Lim struct{ sem chan struct{} }

func (l *Lim) Do(f func() error) error {
	l.sem <- struct{}{}
	defer func() { <-l.sem }()
	if err := f(); err != nil {
		return errors.Join(err)
	}
	return nil
}
