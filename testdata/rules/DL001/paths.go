package dl001

import "sync"

type ledger struct {
	mu    sync.Mutex
	lines []string
	next  *ledger
}

// Total adds up; it is for callers outside.
func (l *ledger) Total() int {
	l.mu.Lock() // want DL001 "waits for itself"
	defer l.mu.Unlock()
	return len(l.lines)
}

// BadExported is called from other packages only.
func (l *ledger) BadExported(line string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	if line == "" {
		return 0
	}
	l.lines = append(l.lines, line)
	return l.Total()
}

func (l *ledger) BadDeferredLock(line string) {
	l.mu.Lock()
	defer l.mu.Lock() // want DL001 "waits for itself"
	l.lines = append(l.lines, line)
}

func (l *ledger) OkUnlockedBetween(line string) int {
	l.mu.Lock()
	l.lines = append(l.lines, line)
	l.mu.Unlock()
	return l.Total()
}

func (l *ledger) OkOtherObject() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.next == nil {
		return 0
	}
	return l.next.Total()
}

func (l *ledger) OkWalk() int {
	n := 0
	for at := l; at != nil; at = at.next {
		at.mu.Lock()
		n += len(at.lines)
		defer at.mu.Unlock()
	}
	return n
}

func (l *ledger) count(locked bool) int {
	if !locked {
		l.mu.Lock()
		defer l.mu.Unlock()
	}
	return len(l.lines)
}

func (l *ledger) OkSaysThatItIsLocked() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.count(true)
}

func (l *ledger) OkUnlocksInBetween(run func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	func() {
		l.mu.Unlock()
		defer l.mu.Lock()
		run()
	}()
	l.lines = nil
}

func (l *ledger) OkHandOverHand(stop func(*ledger) bool) {
	at := l
	at.mu.Lock()
	defer func() { at.mu.Unlock() }()
	for at.next != nil && !stop(at) {
		next := at.next
		next.mu.Lock()
		at.mu.Unlock()
		at = next
	}
}

func OkLocker(mu *sync.RWMutex) {
	l := mu.RLocker()
	l.Lock()
	l.Lock()
	l.Unlock()
	l.Unlock()
}

func OkUnlockedByTheOther(mu *sync.Mutex, ready chan bool, rounds int) {
	go func() {
		for i := 0; i < rounds; i++ {
			mu.Lock()
			ready <- true
		}
	}()
	for i := 0; i < rounds; i++ {
		<-ready
		mu.Unlock()
	}
}

type version int

const (
	older version = iota + 1
	newer
)

type session struct {
	mu      sync.Mutex
	version version
	key     *string
	closed  bool
	err     error
}

func (s *session) end(locked bool, reason string) {
	if reason != "" {
		s.alert(locked)
	}
}

func (s *session) alert(locked bool) {
	if !locked {
		s.send()
	}
}

func (s *session) send() {
	s.mu.Lock() // want DL001 "BadBehindItsState locks what it has locked already"
	defer s.mu.Unlock()
	s.err = nil
}

// OkToldDownTheChain says that the lock is held to a function that tells the one that would lock.
func (s *session) OkToldDownTheChain() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.end(true, "over")
}

func (s *session) renegotiate() {
	if s.version == newer {
		return
	}
	s.send()
}

// OkOtherVersion is only for sessions of the newer version, which do not renegotiate.
func (s *session) OkOtherVersion() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.renegotiate()
}

func (s *session) post(key *string) {
	if key == nil {
		s.send()
	}
}

func (s *session) OkWithKey(key string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.post(&key)
}

func (s *session) stop() {
	if s == nil || s.closed || s.err != nil {
		return
	}
	s.closed = true
	s.send()
}

func (s *session) BadBehindItsState() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stop()
}
