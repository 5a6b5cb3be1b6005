// B02: one of the early returns forgets the lock.
package b02

import (
	"errors"
	"sync"
	"testing"
)

type volume struct {
	name   string
	driver string
	refs   int
}

type volumeStore struct {
	mu      sync.Mutex
	volumes map[string]*volume
}

var errUnknownVolume = errors.New("no such volume")

func (s *volumeStore) get(name, driver string) (*volume, error) {
	s.mu.Lock()
	v, ok := s.volumes[name]
	if !ok {
		s.mu.Unlock()
		return nil, errUnknownVolume
	}
	if driver != "" && v.driver != driver {
		s.mu.Unlock()
		return nil, errors.New("driver mismatch")
	}
	v.refs++
	s.mu.Unlock()
	return v, nil
}

func (s *volumeStore) create(name, driver string) *volume {
	s.mu.Lock()
	defer s.mu.Unlock()
	v := &volume{name: name, driver: driver}
	s.volumes[name] = v
	return v
}

func TestVolumeLookup(t *testing.T) {
	s := &volumeStore{volumes: map[string]*volume{}}
	s.create("data", "local")
	if _, err := s.get("data", "nfs"); err == nil {
		t.Error("driver ignored")
	}
	if _, err := s.get("data", "local"); err != nil {
		t.Error(err)
	}
}
