package convert

import (
	"errors"
	"io/fs"
	"path/filepath"
	"testing"

	"github.com/cclf-tools/cclf/internal/table"
)

// TestStaysNotWritten logs more stays than memory holds, where no file can be
// made.
func TestStaysNotWritten(t *testing.T) {
	l := stayLog{table.NewSpool(filepath.Join(t.TempDir(), "missing", "stays"))}
	var err error
	for i := 0; err == nil && i < 10_000; i++ {
		err = l.add(stay{})
	}
	if err == nil {
		err = l.apply(newPeople(), nil)
	}
	if !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("error %v, want that the folder is missing", err)
	}
}
