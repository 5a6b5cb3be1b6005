// B03: two transfers in opposite directions lock the same two accounts in opposite orders.
package b03

import (
	"errors"
	"sync"
	"testing"
)

type account struct {
	mu      sync.Mutex
	id      int
	balance int
}

type bank struct {
	accounts map[int]*account
}

func (b *bank) transfer(from, to, amount int) error {
	src, dst := b.accounts[from], b.accounts[to]
	if src == nil || dst == nil || src == dst {
		return errors.New("bad accounts")
	}
	first, second := src, dst
	if second.id < first.id {
		first, second = second, first
	}
	first.mu.Lock()
	defer first.mu.Unlock()
	second.mu.Lock()
	defer second.mu.Unlock()
	if src.balance < amount {
		return errors.New("not enough")
	}
	src.balance -= amount
	dst.balance += amount
	return nil
}

func TestAccountTransfer(t *testing.T) {
	b := &bank{accounts: map[int]*account{
		1: {id: 1, balance: 10},
		2: {id: 2, balance: 10},
	}}
	var wg sync.WaitGroup
	for _, pair := range [][2]int{{1, 2}, {2, 1}} {
		wg.Add(1)
		go func(from, to int) {
			defer wg.Done()
			_ = b.transfer(from, to, 3)
		}(pair[0], pair[1])
	}
	wg.Wait()
}
