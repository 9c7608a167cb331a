package beneficiary

import (
	"errors"
	"io/fs"
	"path/filepath"
	"testing"
)

// TestHospiceLogNotWritten logs more stays than memory holds, where no file can be
// made.
func TestHospiceLogNotWritten(t *testing.T) {
	r := NewRegistry()
	l := NewHospiceLog(filepath.Join(t.TempDir(), "missing", "stays"))
	var err error
	for i := 0; err == nil && i < 10_000; i++ {
		err = l.Add(r, &Update{})
	}
	if err == nil {
		err = l.Apply(r, nil)
	}
	if !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("error %v, want that the folder is missing", err)
	}
}
