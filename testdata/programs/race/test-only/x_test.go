package spool

import "testing"

func TestSpoolDelivers(t *testing.T) {
	var s Spool
	s.Send("ann", "bob")
	if s.delivered > 2 { // MARK: READ
		t.Fatalf("delivered %d mails", s.delivered)
	}
	if n := s.Close(); n != 2 {
		t.Fatalf("delivered %d mails, want 2", n)
	}
}

func TestEmptySpool(t *testing.T) {
	var s Spool
	s.Send()
	if n := s.Close(); n != 0 {
		t.Fatalf("delivered %d mails, want none", n)
	}
}
