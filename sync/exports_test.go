package sync

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/cclf-tools/cclf/internal/blob"
)

// TestReadExportsOfLake reads the log of a lake in its place: the files of its runs, and not
// those of a run that was given up. A lake whose log cannot be read is not a folder of other
// files.
func TestReadExportsOfLake(t *testing.T) {
	lake := t.TempDir()
	log := filepath.Join(lake, LogFolder)
	if err := os.Rename(logFolder(t), log); err != nil {
		t.Fatal(err)
	}
	x, err := ReadExports([]string{lake}, true)
	if err != nil || len(x.Runs) == 0 || !slices.Contains(x.Inputs, blob.Join(log, "002-Patient-00001.ndjson")) || slices.Contains(x.Inputs, lake) {
		t.Errorf("ReadExports of a lake = %+v, %v", x, err)
	}
	givenUp := filepath.Join(log, "003-Patient-00001.ndjson")
	if err := os.WriteFile(givenUp, []byte("{}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if x, err := ReadExports([]string{lake}, false); err != nil || len(x.Inputs) != 6 || slices.Contains(x.Inputs, givenUp) || slices.Contains(x.Inputs, log) {
		t.Errorf("ReadExports of a lake with a run that was given up = %+v, %v", x, err)
	}
	if err := os.Remove(filepath.Join(log, "004-Patient-00001.ndjson")); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadExports([]string{lake}, false); !errors.As(err, new(*MissingFilesError)) {
		t.Errorf("ReadExports of a lake without a file: %v", err)
	}
	if x, err := ReadExports([]string{lake}, true); err != nil || len(x.Inputs) != 5 {
		t.Errorf("ReadExports of what is left = %+v, %v", x, err)
	}
	if err := os.WriteFile(filepath.Join(log, "_fetch.json"), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if x, err := ReadExports([]string{lake}, true); err == nil {
		t.Errorf("ReadExports of a lake with a damaged log = %+v", x)
	}
}

// TestReadExportsOfOthers takes what is no export folder as it is.
func TestReadExportsOfOthers(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "a.ndjson")
	if err := os.WriteFile(file, []byte("{}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	inputs := []string{dir, file, "-", filepath.Join(dir, "none")}
	if x, err := ReadExports(inputs, false); err != nil || !slices.Equal(x.Inputs, inputs) {
		t.Errorf("ReadExports = %+v, %v", x, err)
	}
}
