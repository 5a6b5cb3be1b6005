// Declarations of package time, as far as the tests use it.
package time

type Duration int64

const (
	Millisecond Duration = 1000000
	Second               = 1000 * Millisecond
)

type Time struct{ wall uint64 }

type Timer struct {
	C <-chan Time
	r int
}

func NewTimer(d Duration) *Timer
func (t *Timer) Stop() bool
func (t *Timer) Reset(d Duration) bool

type Ticker struct {
	C <-chan Time
	r int
}

func NewTicker(d Duration) *Ticker
func (t *Ticker) Stop()

func After(d Duration) <-chan Time
func AfterFunc(d Duration, f func()) *Timer
func Sleep(d Duration)
