package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/urfave/cli/v3"

	"github.com/cclf-tools/cclf/internal/exitcode"
	"github.com/cclf-tools/cclf/query"
)

// cclf runs the program within the test. A person sits at standard input if
// there is none.
func cclf(ctx context.Context, stdin *strings.Reader, args ...string) (code int, stdout, stderr string) {
	var out, errOut bytes.Buffer
	e := newEnv(stdin, &out, &errOut, func(stream any) bool { return stream == stdin && stdin.Len() == 0 })
	code = run(ctx, e, append([]string{"cclf"}, args...))
	return code, out.String(), errOut.String()
}

func TestExitCode(t *testing.T) {
	for _, tt := range []struct {
		err  error
		want int
	}{
		{nil, 0},
		{errors.New("x"), 1},
		{usageErrorf("x"), 2},
		{query.ErrOptions, 2},
		{&query.DataSetError{Err: fs.ErrNotExist}, 4},
		{&query.DataSetError{Err: errors.New("x")}, 4},
		{&fs.PathError{Err: fs.ErrNotExist}, 4},
		{&fs.PathError{Err: syscall.ENOSPC}, 6},
		{&query.Error{Msg: "x"}, 8},
		{context.Canceled, 130},
		{&exitError{code: exitcode.Rejects, err: context.Canceled}, 3},
	} {
		if got := exitCode(tt.err); got != tt.want {
			t.Errorf("exitCode(%v) = %d, want %d", tt.err, got, tt.want)
		}
		if tt.err == nil {
			continue
		}
		if got := exitCode(fmt.Errorf("wrapped: %w", tt.err)); got != tt.want {
			t.Errorf("exitCode(wrapped %v) = %d, want %d", tt.err, got, tt.want)
		}
		if !slices.ContainsFunc(exitcode.All, func(c exitcode.Code) bool { return c.Number == tt.want }) {
			t.Errorf("exit code %d is not documented", tt.want)
		}
	}
}

// TestCommands checks what all commands must have alike.
func TestCommands(t *testing.T) {
	err := newApp(newEnv(nil, nil, nil, nil)).Walk(func(c *cli.Command) error {
		if c.OnUsageError == nil {
			t.Errorf("%s does not report usage errors as the others do", c.FullName())
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func TestNoSQLOnTerminal(t *testing.T) {
	code, out, errOut := cclf(t.Context(), strings.NewReader(""), "query", "-d", t.TempDir())
	if code != exitcode.Usage || out != "" || !strings.Contains(errOut, "no SQL given") || !strings.Contains(errOut, "hint: ") {
		t.Errorf("exit code %d\n%s%s", code, out, errOut)
	}
}

func TestInterrupted(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "_manifest.json"), []byte(`{"schema_version":1,"format":"csv"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	code, _, errOut := cclf(ctx, strings.NewReader(""), "query", "-d", dir, "SELECT 1")
	if code != exitcode.Interrupted || errOut != "cclf: interrupted\n" {
		t.Errorf("exit code %d, %s", code, errOut)
	}
}

func TestCommit(t *testing.T) {
	commit := debug.BuildSetting{Key: "vcs.revision", Value: "0123456789abcdef0123"}
	dirty := debug.BuildSetting{Key: "vcs.modified", Value: "true"}
	for _, tt := range []struct {
		settings []debug.BuildSetting
		want     string
	}{
		{nil, ""},
		{[]debug.BuildSetting{commit}, "0123456789ab"},
		{[]debug.BuildSetting{commit, dirty}, "0123456789ab with changes"},
	} {
		var b buildInfo
		b.readSettings(tt.settings)
		if got := b.commit(); got != tt.want {
			t.Errorf("commit of %v is %q, want %q", tt.settings, got, tt.want)
		}
	}
}
