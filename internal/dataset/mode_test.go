package dataset

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

// TestFileMode checks the modes of all that is published, and that nobody else can
// enter the work folder before.
func TestFileMode(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("files have no such modes on Windows")
	}
	for shape, pair := range contents() {
		parent := filepath.Join(tempDir(t), "a")
		out := filepath.Join(parent, "out")
		if shape == "one file" {
			out = filepath.Join(out, "x.duckdb")
		}
		for _, step := range []struct {
			content content
			mode    fs.FileMode // 0 for the default
			folder  fs.FileMode // of OUT and its parent
		}{
			{pair[0], 0, 0o700},
			{pair[0], 0o640, 0o750}, // nothing else has changed
			{pair[1], 0o644, 0o755},
			{pair[1], 0, 0o755}, // a folder that exists is not closed
		} {
			if shape == "one file" {
				step.folder = 0o700 // it is not the data set's
			}
			hook := func(op, name string) error {
				if info, err := os.Stat(filepath.Join(filepath.Dir(parent), "a", "out", layoutToWrite(out, step.content.format).work)); op == "write" && err == nil &&
					info.Mode().Perm() != 0o700 && filepath.Base(name) != "journal.json.tmp" && filepath.Base(name) != "manifest.json.tmp" {
					t.Errorf("%s: the work folder has mode %v when %s is written", shape, info.Mode(), name)
				}
				return nil
			}
			if err := step.content.write(out, Options{Overwrite: true, FileMode: step.mode, Hook: hook, noSync: true}); err != nil {
				t.Fatal(err)
			}
			checkModes(t, shape, filepath.Join(parent, "out"), step.mode, step.folder)
		}
	}
}

// checkModes compares the modes of the files and folders of a data set.
func checkModes(t *testing.T, shape, dir string, file, folder fs.FileMode) {
	t.Helper()
	if file == 0 {
		file = 0o600
	}
	err := filepath.Walk(dir, func(name string, info os.FileInfo, err error) error {
		if err != nil {
			return err
		}
		want := file
		switch {
		case name == dir:
			want = folder
		case info.IsDir():
			want = folderMode(file)
		case filepath.Base(name) == lockFile || filepath.Base(name) == ".x.duckdb.lock":
			want = 0o600
		}
		if got := info.Mode().Perm(); got != want {
			t.Errorf("%s, %v: %s has mode %v, want %v", shape, file, name, got, want)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestFileModeOfNewFolders checks that folders that are made for a data set can be
// entered by those who may read it.
func TestFileModeOfNewFolders(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("files have no such modes on Windows")
	}
	dir := tempDir(t)
	before, err := os.Stat(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := contents()["one file"][0].write(filepath.Join(dir, "a", "b", "x.duckdb"), Options{FileMode: 0o640, noSync: true}); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]fs.FileMode{"": before.Mode().Perm(), "a": 0o750, "a/b": 0o750} {
		if info, err := os.Stat(filepath.Join(dir, name)); err != nil || info.Mode().Perm() != want {
			t.Errorf("folder %q has mode %v (%v), want %v", name, info.Mode(), err, want)
		}
	}
}

// TestBadFileModes checks that modes are refused that would lock the owner out or let
// everybody write.
func TestBadFileModes(t *testing.T) {
	t.Parallel()
	for _, mode := range []fs.FileMode{0o400, 0o200, 0o060, 0o602, 0o666, 0o777, 0o1600, fs.ModeSetuid | 0o600} {
		if _, err := Create(filepath.Join(t.TempDir(), "out"), CSV, Options{FileMode: mode}); !errors.Is(err, ErrOptions) {
			t.Errorf("%#o: error %v, want ErrOptions", mode, err)
		}
	}
}
