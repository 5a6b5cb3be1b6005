// B01: a method value in a table is called under the lock that the method takes.
package b01

import (
	"fmt"
	"sync"
	"testing"
)

type rpcHandler func(args map[string]string) (string, error)

type raftNode struct {
	lock     sync.RWMutex
	leader   string
	handlers map[string]rpcHandler
}

func newRaftNode() *raftNode {
	n := &raftNode{}
	n.handlers = map[string]rpcHandler{
		"leader": n.getLeader,
		"vote":   n.vote,
	}
	return n
}

func (n *raftNode) getLeader(map[string]string) (string, error) {
	n.lock.RLock()
	defer n.lock.RUnlock()
	return n.leader, nil
}

func (n *raftNode) vote(args map[string]string) (string, error) {
	n.lock.Lock() // want DL001|DL004
	defer n.lock.Unlock()
	if n.leader == "" {
		n.leader = args["candidate"]
	}
	return n.leader, nil
}

func (n *raftNode) serve(name string, args map[string]string) (string, error) {
	n.lock.RLock()
	defer n.lock.RUnlock()
	h, ok := n.handlers[name]
	if !ok {
		return "", fmt.Errorf("no handler %q", name)
	}
	return h(args)
}

func TestHandlerTable(t *testing.T) {
	n := newRaftNode()
	if got, err := n.serve("vote", map[string]string{"candidate": "n2"}); err != nil || got != "n2" {
		t.Error(got, err)
	}
}
