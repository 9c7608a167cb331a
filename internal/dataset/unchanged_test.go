package dataset

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestUnchanged publishes over an older data set. Files that did not change keep
// their inode and their time, on file systems with links and without; damaged ones
// are replaced.
func TestUnchanged(t *testing.T) {
	t.Parallel()
	first := content{CSV, map[string][]string{"cclf1": {"a", "b"}, "cclf2": {"c"}, "cclf3": {"d"}, "cclf5": {"e", "f"}}, nil, "r", 0}
	second := content{CSV, map[string][]string{"cclf1": {"a", "b"}, "cclf2": {"C"}, "cclf3": {"d"}, "cclf5": {"e", "g", "h"}}, nil, "r", 0}
	for _, links := range []bool{true, false} {
		out := filepath.Join(tempDir(t), "out")
		hook := func(op, _ string) error {
			if op == "link" && !links {
				return errors.ErrUnsupported
			}
			return nil
		}
		if err := first.write(out, Options{}); err != nil {
			t.Fatal(err)
		}
		past := time.Now().Add(-time.Hour).Truncate(time.Second)
		before := map[string]os.FileInfo{}
		for name := range stat(t, out) {
			if err := os.Chtimes(filepath.Join(out, name), past, past); err != nil {
				t.Fatal(err)
			}
			before[name] = stat(t, out)[name]
		}
		damaged := filepath.Join(out, "cclf3", "part-00000-18ac3e7343f0.csv")
		if err := os.WriteFile(damaged, []byte("D"), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := second.write(out, Options{Overwrite: true, Hook: hook}); err != nil {
			t.Fatal(err)
		}
		texts, err := read(out)
		if err != nil {
			t.Fatal(err)
		}
		if got := texts["cclf3"]; got != "d" {
			t.Errorf("the damaged file has %q", got)
		}
		for name, info := range stat(t, out) {
			table, base := filepath.Split(filepath.FromSlash(name))
			kept := strings.HasPrefix(table, "cclf1") || strings.HasPrefix(table, "cclf5") && strings.HasPrefix(base, "part-00000") || table == ""
			if info.ModTime().Equal(past) != kept {
				t.Errorf("links %v: %s is of %v, kept should be %v", links, name, info.ModTime(), kept)
			}
			if links && kept && !os.SameFile(info, before[name]) {
				t.Errorf("%s is another file", name)
			}
		}
	}
}

// stat returns the files of a data set without the manifest and the lock.
func stat(t *testing.T, out string) map[string]os.FileInfo {
	t.Helper()
	files := map[string]os.FileInfo{}
	err := filepath.Walk(out, func(name string, info os.FileInfo, err error) error {
		rel, _ := filepath.Rel(out, name)
		if err == nil && info.Mode().IsRegular() && rel != ManifestFile && rel != lockFile {
			files[filepath.ToSlash(rel)] = info
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}
