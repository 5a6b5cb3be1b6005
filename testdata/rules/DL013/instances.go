package dl013

// Two gates of one type are two: what is given back to one is not missing at the other.

type gate struct{ slots chan struct{} }

func newGate(n int) *gate { return &gate{slots: make(chan struct{}, n)} }

var (
	uploads   = newGate(4)
	downloads = newGate(8)
)

func BadOtherInstance(job func() error) error {
	uploads.slots <- struct{}{} // want DL013 "the slot taken here is not given back on every path"
	if err := job(); err != nil {
		return err
	}
	<-uploads.slots
	return nil
}

// The worker that takes back what somebody else took, of the other gate.
func finishDownload() { <-downloads.slots }

func OkSameInstance(job func() error) error {
	downloads.slots <- struct{}{}
	if err := job(); err != nil {
		return err // finishDownload gives it back
	}
	<-downloads.slots
	return nil
}

var _ = finishDownload
