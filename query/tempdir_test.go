//go:build cgo

package query

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/cclf-tools/cclf/internal/synth/synthtest"
)

// TestTempFolderSweep checks that the next process that is alone removes the folder of
// a killed process, and that none removes that of a running one.
func TestTempFolderSweep(t *testing.T) {
	t.Parallel()
	base := t.TempDir()
	mine, err := newTempFolder(base)
	if err != nil {
		t.Fatal(err)
	}
	if entries, _ := os.ReadDir(mine.parent); len(entries) > 0 {
		t.Errorf("%v exists before it is needed", entries)
	}
	left := filepath.Join(mine.parent, "123") // of a killed process, which holds no lock
	if err := os.Mkdir(left, 0o700); err != nil {
		t.Fatal(err)
	}
	dir, err := mine.make()
	if err != nil {
		t.Fatal(err)
	}
	other, err := newTempFolder(base)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Lstat(dir); err != nil {
		t.Errorf("the folder of a living process was swept: %v", err)
	}
	for _, f := range []*tempFolder{other, mine} {
		if err := f.remove(); err != nil {
			t.Error(err)
		}
	}
	last, err := newTempFolder(base)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Lstat(left); !os.IsNotExist(err) {
		t.Errorf("the folder of a killed process is still there: %v", err)
	}
	if err := last.remove(); err != nil {
		t.Error(err)
	}
	if entries, _ := os.ReadDir(base); len(entries) > 0 {
		t.Errorf("%v is left behind", entries)
	}
}

// TestTempFolderTogether checks that no process removes the folder that another one
// begins to use.
func TestTempFolderTogether(t *testing.T) {
	t.Parallel()
	base := t.TempDir()
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 50 {
				f, err := newTempFolder(base)
				if err != nil {
					t.Error(err)
					return
				}
				if _, err := f.make(); err != nil {
					t.Error(err)
				}
				if err := f.remove(); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
}

// TestNoTempFolder checks that a query runs where nothing can be written, unless the
// user named that folder.
func TestNoTempFolder(t *testing.T) {
	nowhere := filepath.Join(t.TempDir(), "nowhere")
	t.Setenv("TMPDIR", nowhere)
	dir := dataSet(t, map[string]string{"cclf1/part-00000.csv": "cur_clm_uniq_id\n1\n"})
	db, err := Open(t.Context(), dir, Options{MemoryLimit: "60MB", Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	get(t, db, "FROM cclf1 ORDER BY 1")
	err = db.Run(t.Context(), "CREATE TEMP TABLE t AS SELECT range AS n, repeat('x', 100) || range AS s FROM range(1_000_000)", nil)
	if !errors.Is(err, ErrOutOfMemory) {
		t.Errorf("error %v, want ErrOutOfMemory", err)
	}
	if folder, err := db.TempFolder(); err == nil {
		t.Errorf("the temporary folder is %q", folder)
	}
	if db, err := Open(t.Context(), dir, Options{TempDir: nowhere}); err == nil {
		db.Close()
		t.Error("a folder that does not exist was accepted")
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
	synthtest.WithoutRace(t)
	t.Parallel()
	base := t.TempDir()
	dir := dataSet(t, map[string]string{"cclf1/part-00000.csv": "cur_clm_uniq_id\n1\n"})
	db, err := Open(t.Context(), dir, Options{TempDir: base, MemoryLimit: "24MB", Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := os.Lstat(db.temp.dir); !os.IsNotExist(err) {
		t.Errorf("there is a folder before anything is spilled: %v", err)
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
