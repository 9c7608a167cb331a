package main

import (
	"context"
	"os"
	"os/signal"
	"sync"
	"syscall"
)

// A signalError is the cause of a context that a signal canceled.
type signalError struct{ signal os.Signal }

func (e *signalError) Error() string { return "stopped by signal: " + e.signal.String() }

// exitCode returns 128 plus the number of the signal, as shells do.
func (e *signalError) exitCode() int {
	switch e.signal {
	case syscall.SIGTERM:
		return exitTerminated
	case syscall.SIGHUP:
		return exitHangup
	default:
		return exitInterrupted
	}
}

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

// notifySignals returns a context that the first interrupt, SIGTERM or SIGHUP
// cancels, unless the interrupt is handled otherwise. After it, signals have their
// default effect again: a second one kills the process.
func notifySignals(i *interrupts) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(context.Background())
	signals := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) { // nohup ignores it
		signals = append(signals, syscall.SIGHUP)
	}
	received := make(chan os.Signal, 1)
	signal.Notify(received, signals...)
	go func() {
		for ctx.Err() == nil {
			select {
			case s := <-received:
				if s == os.Interrupt && i.handled() {
					continue
				}
				signal.Stop(received)
				cancel(&signalError{s})
			case <-ctx.Done():
			}
		}
	}()
	return ctx, func() { cancel(nil) }
}
