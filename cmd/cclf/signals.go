package main

import "sync"

// interrupts is what an interrupt does while a prompt is open. Otherwise it ends
// the process.
type interrupts struct {
	mu     sync.Mutex
	handle func() // nil if no prompt is open
}

// set makes an interrupt call f, or end the process if f is nil.
func (i *interrupts) set(f func()) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.handle = f
}

// handled calls what was set, and reports whether something was.
func (i *interrupts) handled() bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.handle == nil {
		return false
	}
	i.handle()
	return true
}
