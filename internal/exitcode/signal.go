package exitcode

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"syscall"
)

// A Signal is the cause of a context that a signal canceled.
type Signal struct{ os.Signal }

func (s Signal) Error() string {
	switch s.Signal {
	case syscall.SIGTERM:
		return "ended by SIGTERM"
	case syscall.SIGHUP:
		return "ended by SIGHUP"
	default:
		return "interrupted"
	}
}

// Code returns 128 plus the number of the signal, as shells do.
func (s Signal) Code() int {
	switch s.Signal {
	case syscall.SIGTERM:
		return Terminated
	case syscall.SIGHUP:
		return Hangup
	default:
		return Interrupted
	}
}

// SignalOf returns the signal that canceled a context of NotifyContext, if one did.
func SignalOf(ctx context.Context) (Signal, bool) {
	return errors.AsType[Signal](context.Cause(ctx))
}

// NotifyContext returns a context that the first interrupt, SIGTERM or SIGHUP cancels,
// unless it is an interrupt for which handled, which can be nil, returns true. After it,
// signals have their default effect again: a second one kills the process.
func NotifyContext(handled func() bool) (context.Context, context.CancelFunc) {
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
				if s == os.Interrupt && handled != nil && handled() {
					continue
				}
				signal.Stop(received)
				cancel(Signal{s})
			case <-ctx.Done():
			}
		}
	}()
	return ctx, func() { cancel(nil) }
}
