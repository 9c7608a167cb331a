package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/cclf-tools/cclf/convert"
	"github.com/cclf-tools/cclf/fetch"
	"github.com/cclf-tools/cclf/internal/exitcode"
	"github.com/cclf-tools/cclf/ndjson"
	"github.com/cclf-tools/cclf/query"
)

// TestConvertExitCodes maps the errors of conversions, as they come wrapped.
func TestConvertExitCodes(t *testing.T) {
	full := &fs.PathError{Op: "write", Path: "x", Err: syscall.ENOSPC}
	for _, tt := range []struct {
		err  error
		want int
	}{
		{convert.ErrOptions, exitcode.Usage},
		{fmt.Errorf("%w: %w", ndjson.ErrNoInput, fs.ErrNotExist), exitcode.Input},
		{fmt.Errorf("%w: %w", ndjson.ErrNoInput, fs.ErrPermission), exitcode.Input},
		{convert.ErrOutput, exitcode.Output},
		{fmt.Errorf("%w: %w", convert.ErrOutput, fs.ErrPermission), exitcode.Output},
		{full, exitcode.DiskFull},
		{errors.Join(full, errors.New("close")), exitcode.DiskFull},
		{fmt.Errorf("%w: %w", convert.ErrOutput, full), exitcode.DiskFull},
		{fmt.Errorf("%w: more than 3", convert.ErrTooManyRejects), exitcode.TooManyRejects},
		{errors.Join(context.Canceled, errors.New("close")), exitcode.Interrupted},
	} {
		if got := exitCode(fmt.Errorf("convert: %w", tt.err)); got != tt.want {
			t.Errorf("exit code of %q is %d, want %d", tt.err, got, tt.want)
		}
	}
}

// TestDiskFullHints says whose disk is full, also after what was being written is
// removed, and leaves the hint to a library that knows more.
func TestDiskFullHints(t *testing.T) {
	dir := t.TempDir()
	gone := &fs.PathError{Op: "write", Path: filepath.Join(dir, ".incomplete", "writing", "x"), Err: syscall.ENOSPC}
	quota := &fs.PathError{Op: "write", Path: gone.Path, Err: syscall.EDQUOT}
	for _, tt := range []struct {
		err  error
		want string
	}{
		{fmt.Errorf("%w: %w", convert.ErrOutput, gone), "the disk of " + dir + " is full: free some space, or name a folder on another disk"},
		{quota, "your disk quota is used up: "},
		{syscall.ENOSPC, "the disk is full: "},
		{errors.Join(&query.Error{Msg: "spill"}, syscall.ENOSPC), "--temp-dir"},
	} {
		if got := hintOf(fmt.Errorf("convert: %w", tt.err)); !strings.Contains(got, tt.want) {
			t.Errorf("hint of %q is %q, want %q", tt.err, got, tt.want)
		}
	}
	if got := hintOf(errors.Join(&fetch.Error{Kind: fetch.ErrFolder, Msg: "disk full"}, gone)); strings.Contains(got, "is full") {
		t.Errorf("hint of fetch is %q", got)
	}
}

// endless reads as more and more text, and cancels on the way.
type endless struct {
	n      int
	cancel func()
}

func (r *endless) Read(p []byte) (int, error) {
	if r.n++; r.n == 100 {
		r.cancel()
	}
	return copy(p, "{}\n"), nil
}

// TestConvertInterrupted ends a conversion on the way: with its exit code, and
// nothing left in the folder but the lock, which stays.
func TestConvertInterrupted(t *testing.T) {
	for _, format := range convert.Formats() {
		ctx, cancel := context.WithCancel(t.Context())
		out := filepath.Join(t.TempDir(), "out")
		var stdout, stderr bytes.Buffer
		e := newEnv(&endless{cancel: cancel}, &stdout, &stderr, func(any) bool { return false })
		code := run(ctx, e, []string{"cclf", "convert", "-o", out, "--format", string(format), "-"})
		if strings.Contains(stderr.String(), "built without DuckDB") {
			continue
		}
		if code != exitcode.Interrupted || stderr.String() != "cclf: interrupted\n" || stdout.Len() > 0 {
			t.Errorf("%s: exit code %d, %s%s", format, code, stdout.String(), stderr.String())
		}
		if entries, err := os.ReadDir(out); err != nil || len(entries) != 1 || entries[0].Name() != "_lock" {
			t.Errorf("%s: %v are left, %v", format, entries, err)
		}
	}
}
