// Package semleak has a limiter that loses a slot with each error.
//
// want DL013
package semleak

import "errors"

type Lim struct{ sem chan struct{} }

func (l *Lim) Do(f func() error) error {
	l.sem <- struct{}{}
	if err := f(); err != nil {
		return errors.Join(err)
	}
	<-l.sem
	return nil
}
