package app

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"os/signal"
	"syscall"

	"github.com/cclf-tools/cclf/iceberg/internal/lake"
)

// The exit codes are those of cclf.
const (
	exitOK          = 0
	exitFailure     = 1
	exitUsage       = 2
	exitInput       = 4
	exitOutput      = 5
	exitDiskFull    = 6
	exitUnavailable = 16
	exitHangup      = 129
	exitInterrupted = 130
	exitTerminated  = 143
)

// errUsage is wrapped by errors of the command line.
var errUsage = errors.New("usage error")

// exitCode returns the exit code for an error, or for the signal that caused it.
func exitCode(ctx context.Context, err error) int {
	if sig, ok := errors.AsType[signalError](context.Cause(ctx)); ok {
		return sig.code()
	}
	switch {
	case err == nil:
		return exitOK
	case errors.Is(err, errUsage), errors.Is(err, lake.ErrOptions):
		return exitUsage
	case errors.Is(err, lake.ErrInput):
		return exitInput
	case errors.Is(err, syscall.ENOSPC):
		return exitDiskFull
	case errors.Is(err, lake.ErrCatalog):
		return exitUnavailable
	case errors.Is(err, lake.ErrBusy), errors.Is(err, fs.ErrPermission):
		return exitOutput
	}
	return exitFailure
}

// A signalError is the cause of a context that a signal ended.
type signalError struct{ os.Signal }

func (s signalError) Error() string { return "ended by " + s.String() }

func (s signalError) code() int {
	switch s.Signal {
	case syscall.SIGTERM:
		return exitTerminated
	case syscall.SIGHUP:
		return exitHangup
	}
	return exitInterrupted
}

// NotifySignals returns a context that the first signal ends. The second one ends the
// process.
func NotifySignals() context.Context {
	ctx, cancel := context.WithCancelCause(context.Background())
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	go func() {
		cancel(signalError{<-signals})
		signal.Reset()
	}()
	return ctx
}
