package main

import (
	"strings"
	"sync"
	"time"

	"fixtures.test/programs/internal/harness"
)

// Config is read often and reloaded seldom.
type Config struct {
	mu     sync.RWMutex
	values map[string]string
}

// Value returns one setting.
func (c *Config) Value(key string) string {
	c.mu.RLock() // MARK: VALUE
	defer c.mu.RUnlock()
	return c.values[key]
}

// Describe lists all settings.
func (c *Config) Describe(format func(key string) string) string {
	c.mu.RLock() // MARK: DESCRIBE
	defer c.mu.RUnlock()
	var b strings.Builder
	for k := range c.values {
		b.WriteString(format(k))
	}
	return b.String()
}

// Reload replaces the settings.
func (c *Config) Reload(values map[string]string) {
	c.mu.Lock() // MARK: RELOAD
	defer c.mu.Unlock()
	c.values = values
}

func main() {
	c := &Config{values: map[string]string{"log": "debug"}}
	describe := func() {
		c.Describe(func(key string) string {
			time.Sleep(200 * time.Millisecond)
			return key + "=" + c.Value(key) + "\n"
		})
	}
	go describe()
	time.Sleep(50 * time.Millisecond)
	go c.Reload(map[string]string{"log": "info"})
	time.Sleep(400 * time.Millisecond)
	harness.Every(10*time.Second, func() { go describe() })
	harness.Run()
}
