//go:build cgo && unix

package main

import (
	"bufio"
	"errors"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/cclf-tools/cclf/internal/exitcode"
)

// TestSignals ends a query with each signal: the exit code is that of the signal, and
// no temporary data remain.
func TestSignals(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "_manifest.json"), []byte(`{"schema_version":1,"format":"csv"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	const endless = "SELECT count(*) FROM range(1000000000000) a, range(1000) b WHERE a.range + b.range = 7"
	for _, tt := range []struct {
		signal syscall.Signal
		want   int
		sql    string
	}{
		{syscall.SIGTERM, exitcode.Terminated, endless},
		{syscall.SIGHUP, exitcode.Hangup, endless},
		{syscall.SIGINT, exitcode.Interrupted, endless},
		// DuckDB takes minutes to parse this, and does not listen meanwhile.
		{syscall.SIGTERM, exitcode.Terminated, "SEL" + strings.Repeat("+", 10_000) + "x"},
	} {
		signal, want := tt.signal, tt.want
		temp := t.TempDir()
		// The first result says that the second is on its way.
		cmd := exec.Command(os.Args[0], "query", "-d", dir, "--temp-dir", temp, "SELECT 1; "+tt.sql)
		cmd.Env = append(os.Environ(), "CCLF_TEST_MAIN=1")
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		for lines := bufio.NewScanner(out); lines.Scan() && lines.Text() != "(1 row)"; {
		}
		if err := cmd.Process.Signal(signal); err != nil {
			t.Fatal(err)
		}
		err = cmd.Wait()
		if exit, ok := errors.AsType[*exec.ExitError](err); !ok || exit.ExitCode() != want {
			t.Errorf("%s: %v, want exit code %d", signal, err, want)
		}
		left, err := filepath.Glob(filepath.Join(temp, "*", "*", "*")) // a folder and its lock may stay
		if err != nil || len(left) > 0 {
			t.Errorf("%s: %v is left", signal, left)
		}
	}
}

// signalingReader sends the process signals, and ends.
type signalingReader struct{ t *testing.T }

func (r signalingReader) Read([]byte) (int, error) {
	for _, s := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP} {
		if err := syscall.Kill(os.Getpid(), s); err != nil {
			r.t.Error(err)
		}
	}
	return 0, io.EOF
}

// The process that removes a temporary folder stays until the one that uses it has
// ended, though the end of a service or a terminal signals both.
func TestRemoverOutlivesSignals(t *testing.T) {
	t.Cleanup(func() { signal.Reset(syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP) })
	dir := filepath.Join(t.TempDir(), asOfPrefix+"x")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if code := serveRemover(dir, signalingReader{t}); code != exitcode.OK {
		t.Errorf("exit code %d", code)
	}
	if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the folder is left: %v", err)
	}
}
