package main

import (
	"errors"
	"fmt"
	"io/fs"
	"syscall"
	"testing"

	"github.com/cclf-tools/cclf/beam/internal/pipeline"
	"github.com/cclf-tools/cclf/convert"
	"github.com/cclf-tools/cclf/internal/blob"
	"github.com/cclf-tools/cclf/internal/exitcode"
)

// TestCodes checks that errors have the exit codes that they have in cclf.
func TestCodes(t *testing.T) {
	for _, tt := range []struct {
		err  error
		want int
	}{
		{fmt.Errorf("%w: %w", convert.ErrOutput, &fs.PathError{Err: syscall.ENOSPC}), exitcode.DiskFull},
		{fmt.Errorf("%w: %w", convert.ErrOutput, blob.ErrDenied), exitcode.Auth},
		{fmt.Errorf("%w: %w", pipeline.ErrInput, blob.ErrUnreachable), exitcode.Unavailable},
		{fmt.Errorf("%w: is not empty", convert.ErrOutput), exitcode.Output},
		{fmt.Errorf("%w: x", pipeline.ErrInput), exitcode.Input},
		{errors.New("x"), exitcode.Failure},
	} {
		if got := codeOf(tt.err); got != tt.want {
			t.Errorf("%v: exit code %d, want %d", tt.err, got, tt.want)
		}
	}
}
