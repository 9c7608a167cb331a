package app

import (
	"context"
	"errors"
	"io/fs"

	"github.com/cclf-tools/cclf/iceberg/internal/lake"
	"github.com/cclf-tools/cclf/internal/disk"
	"github.com/cclf-tools/cclf/internal/exitcode"
)

// errUsage is wrapped by errors of the command line.
var errUsage = errors.New("usage error")

// exitCode returns the exit code for an error, or for the signal that caused it.
func exitCode(ctx context.Context, err error) int {
	if signal, ok := exitcode.SignalOf(ctx); ok {
		return signal.Code()
	}
	switch {
	case err == nil:
		return exitcode.OK
	case errors.Is(err, errUsage), errors.Is(err, lake.ErrOptions):
		return exitcode.Usage
	case errors.Is(err, lake.ErrInput):
		return exitcode.Input
	case disk.Full(err):
		return exitcode.DiskFull
	case errors.Is(err, lake.ErrCatalog):
		return exitcode.Unavailable
	case errors.Is(err, lake.ErrBusy), errors.Is(err, fs.ErrPermission):
		return exitcode.Output
	}
	return exitcode.Failure
}
