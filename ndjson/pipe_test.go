//go:build unix

package ndjson

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// TestPipeInFolder passes over a pipe in a folder, to which nobody writes.
func TestPipeInFolder(t *testing.T) {
	dir := t.TempDir()
	writeFiles(t, dir, "a.ndjson")
	if err := syscall.Mkfifo(filepath.Join(dir, "b.ndjson"), 0o600); err != nil {
		t.Skip(err)
	}
	inputs, passed, err := expand(t.Context(), []string{dir})
	if err != nil || len(inputs) != 1 || len(passed) != 1 || passed[0].Reason != "not a regular file" {
		t.Errorf("inputs %v, passed over %v, %v", inputs, passed, err)
	}
}

// TestPipe reads a named pipe, and stops waiting for one to which nobody
// writes.
func TestPipe(t *testing.T) {
	name := filepath.Join(t.TempDir(), "pipe.ndjson")
	if err := syscall.Mkfifo(name, 0o600); err != nil {
		t.Skip(err)
	}
	inputs, _, err := expand(t.Context(), []string{name})
	if err != nil || len(inputs) != 1 || inputs[0].Size != -1 {
		t.Fatalf("inputs %v, %v, want one of unknown size", inputs, err)
	}
	var n atomic.Int64
	t.Run("written", func(t *testing.T) {
		go func() { _ = os.WriteFile(name, gzipped(t, "ab\n"), 0) }()
		r, err := (&Opener{Stored: &n}).Open(t.Context(), inputs[0])
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if err := errors.Join(err, r.Close()); err != nil || string(text) != "ab\n" {
			t.Errorf("%q, %v", text, err)
		}
	})
	t.Run("nobody writes", func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
		defer cancel()
		done := make(chan error, 1)
		go func() {
			_, err := (&Opener{Stored: &n}).Open(ctx, inputs[0])
			done <- err
		}()
		select {
		case err := <-done:
			if !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("error %v, want that of the context", err)
			}
		case <-time.After(10 * time.Second):
			t.Fatal("still waiting")
		}
	})
}
