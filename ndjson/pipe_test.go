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

// TestPipe reads a named pipe, and stops waiting for one to which nobody
// writes.
func TestPipe(t *testing.T) {
	name := filepath.Join(t.TempDir(), "pipe.ndjson")
	if err := syscall.Mkfifo(name, 0o600); err != nil {
		t.Skip(err)
	}
	inputs, err := Expand([]string{name})
	if err != nil || len(inputs) != 1 || inputs[0].Size != -1 {
		t.Fatalf("inputs %v, %v, want one of unknown size", inputs, err)
	}
	var n atomic.Int64
	t.Run("written", func(t *testing.T) {
		go func() { _ = os.WriteFile(name, gzipped(t, "ab\n"), 0) }()
		r, err := inputs[0].Open(t.Context(), nil, &n)
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
			_, err := inputs[0].Open(ctx, nil, &n)
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
