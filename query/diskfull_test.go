//go:build cgo

package query

import (
	"errors"
	"syscall"
	"testing"
)

// TestDiskFullText checks the message of the C library, which DuckDB passes on with
// an uppercase letter.
func TestDiskFullText(t *testing.T) {
	t.Parallel()
	const text = `TransactionContext Error: Failed to commit: Could not write file "x.duckdb.wal": No space left on device`
	if err := diskFull(errors.New(text)); !errors.Is(err, syscall.ENOSPC) || err.Error() != text {
		t.Errorf("error %q is not that of a full disk", err)
	}
	if err := diskFull(errors.New("Could not write: Disk quota exceeded")); !errors.Is(err, syscall.EDQUOT) {
		t.Errorf("error %q is not that of a quota", err)
	}
	if err := diskFull(errors.New("Could not write file")); errors.Is(err, syscall.ENOSPC) {
		t.Errorf("error %q is that of a full disk", err)
	}
	if err := diskFull(nil); err != nil {
		t.Errorf("error %q out of nothing", err)
	}
}
