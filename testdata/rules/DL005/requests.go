package dl005

import (
	"io"
	"net/http"
	"sync"
	"time"
)

type pages struct {
	mu     sync.Mutex
	known  map[string][]byte
	client *http.Client
}

func newPages() *pages {
	return &pages{known: map[string][]byte{}, client: &http.Client{Timeout: time.Minute}}
}

func (p *pages) BadRequestUnderLock(url string) ([]byte, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if page, ok := p.known[url]; ok {
		return page, nil
	}
	resp, err := p.client.Get(url) // want DL005 "waits for an HTTP server while it holds a lock"
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	page, err := io.ReadAll(resp.Body)
	if err == nil {
		p.known[url] = page
	}
	return page, err
}

func (p *pages) fetch(url string) ([]byte, error) {
	resp, err := p.client.Get(url)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	return io.ReadAll(resp.Body)
}

func (p *pages) BadRequestInHelper(url string) error {
	p.mu.Lock()
	page, err := p.fetch(url) // want DL005 "waits for an HTTP server while it holds a lock"
	p.known[url] = page
	p.mu.Unlock()
	return err
}

func (p *pages) OkRequestBetween(url string) ([]byte, error) {
	p.mu.Lock()
	page, ok := p.known[url]
	p.mu.Unlock()
	if ok {
		return page, nil
	}
	page, err := p.fetch(url)
	if err != nil {
		return nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.known[url] = page
	return page, nil
}

type shared struct {
	mu    sync.RWMutex
	pages *pages
}

// OkRequestOfReader keeps only writers out.
func (s *shared) OkRequestOfReader(url string) ([]byte, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.pages.fetch(url)
}
