package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

// A signalError is the cause of a context that a signal canceled.
type signalError struct{ signal os.Signal }

func (e *signalError) Error() string { return "stopped by signal: " + e.signal.String() }

// exitCode is that of a program that ends by a signal, as shells have it.
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

// notifySignals returns a context that the first signal to end cancels. From
// then on signals have their usual effect again, so that a second one kills.
func notifySignals() (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(context.Background())
	signals := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) { // as nohup has it
		signals = append(signals, syscall.SIGHUP)
	}
	received := make(chan os.Signal, 1)
	signal.Notify(received, signals...)
	go func() {
		select {
		case s := <-received:
			signal.Stop(received)
			cancel(&signalError{s})
		case <-ctx.Done():
		}
	}()
	return ctx, func() { cancel(nil) }
}
