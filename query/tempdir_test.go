//go:build cgo

package query

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// TestTempFolderSweep checks that the next process removes the folder of a killed
// process, but not that of a running one.
func TestTempFolderSweep(t *testing.T) {
	t.Parallel()
	base := t.TempDir()
	mine, err := newTempFolder(base)
	if err != nil {
		t.Fatal(err)
	}
	// A killed process has left data, and holds no lock.
	left := filepath.Join(mine.parent, "123")
	if err := os.MkdirAll(left, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{left + lockSuffix, filepath.Join(left, "duckdb_temp_block-1.block"), filepath.Join(mine.dir, "keep")} {
		if err := os.WriteFile(name, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	other, err := newTempFolder(base)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Lstat(left); !os.IsNotExist(err) {
		t.Errorf("the folder of a killed process is still there: %v", err)
	}
	if _, err := os.Lstat(filepath.Join(mine.dir, "keep")); err != nil {
		t.Errorf("the folder of a living process was swept: %v", err)
	}
	for _, f := range []*tempFolder{mine, other} {
		if err := f.remove(); err != nil {
			t.Error(err)
		}
	}
	if entries, _ := os.ReadDir(base); len(entries) > 0 {
		t.Errorf("%v is left behind", entries)
	}
}

// TestTempFolderOfOthers checks that a folder is not used if another user could have
// created it.
func TestTempFolderOfOthers(t *testing.T) {
	t.Parallel()
	base := t.TempDir()
	mine, err := newTempFolder(base)
	if err != nil {
		t.Fatal(err)
	}
	if err := mine.remove(); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(t.TempDir(), mine.parent); err != nil {
		t.Skip(err)
	}
	if f, err := newTempFolder(base); err == nil {
		t.Errorf("a link was taken for a folder: %s", f.dir)
	}
}

// TestTempFilesEncrypted checks that spilled data is encrypted, and that there are no
// files before anything spills.
func TestTempFilesEncrypted(t *testing.T) {
	t.Parallel()
	base := t.TempDir()
	dir := dataSet(t, map[string]string{"cclf1/part-00000.csv": "cur_clm_uniq_id\n1\n"})
	db, err := Open(t.Context(), dir, Options{TempDir: base, MemoryLimit: "24MB", Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if files, _ := os.ReadDir(db.temp.dir); len(files) > 0 {
		t.Errorf("files before anything is spilled: %v", files)
	}
	err = db.Run(t.Context(), "CREATE TEMP TABLE t AS SELECT 'MARKER-' || hash(i) AS s, repeat('SECRETWORD', 20) || hash(i + 1) AS r FROM range(400000) t(i)", nil)
	if err != nil {
		t.Fatal(err)
	}
	files, err := os.ReadDir(db.temp.dir)
	if err != nil || len(files) == 0 {
		t.Fatalf("nothing was spilled: %v", err)
	}
	for _, f := range files {
		data, err := os.ReadFile(filepath.Join(db.temp.dir, f.Name()))
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(data, []byte("SECRETWORD")) {
			t.Errorf("%s has data in plain", f.Name())
		}
	}
}
