package dataset

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// TestReadersDuringPublishing reads a data set in two ways while it is replaced
// again and again, on file systems that can exchange files and on those that
// cannot.
func TestReadersDuringPublishing(t *testing.T) {
	publications := 40
	if torture {
		publications = 3000
	}
	for _, noExchange := range []bool{false, true} {
		t.Run(fmt.Sprintf("exchange=%t", !noExchange), func(t *testing.T) {
			pair := contents()["parts"]
			out := filepath.Join(tempDir(t), "out")
			if err := pair[0].write(out, Options{noSync: true}); err != nil {
				t.Fatal(err)
			}
			lists := [2]map[string]string{pair[0].listing(), pair[1].listing()}
			var done atomic.Bool
			var readers sync.WaitGroup
			var whole, again, plain, gone atomic.Int64
			for range 2 {
				readers.Go(func() { // by the manifest
					for !done.Load() {
						s, err := Open(out)
						if err != nil {
							t.Errorf("open: %v", err)
							return
						}
						list, err := s.texts()
						switch {
						case errors.Is(err, fs.ErrNotExist), errors.Is(err, errFixedName):
							// Replaced by now, or even back again. If a file
							// were missing for good, Open would report it.
							again.Add(1)
						case err != nil:
							t.Errorf("read: %v", err)
							return
						case !maps.Equal(list, lists[0]) && !maps.Equal(list, lists[1]):
							t.Errorf("a mixture: %v", list)
							return
						default:
							whole.Add(1)
						}
					}
				})
				readers.Go(func() { // by the names in a folder
					names := map[string]bool{"a1 b1": true, "a2": true}
					for !done.Load() {
						texts, err := listTexts(filepath.Join(out, "cclf1"))
						switch {
						case errors.Is(err, fs.ErrNotExist):
							gone.Add(1)
						case err != nil:
							t.Errorf("list: %v", err)
							return
						case !names[strings.Join(texts, " ")]:
							t.Errorf("a mixture in cclf1: %v", texts)
							return
						default:
							plain.Add(1)
						}
					}
				})
			}
			for i := range publications {
				h := &faultHook{noExchange: noExchange}
				if err := pair[(i+1)%2].write(out, Options{Overwrite: true, Hook: h.hook, noSync: true}); err != nil {
					t.Error(err)
					break
				}
			}
			done.Store(true)
			readers.Wait()
			t.Logf("%d publications; by the manifest %d reads whole, %d begun again; by names %d whole, %d with a file gone",
				publications, whole.Load(), again.Load(), plain.Load(), gone.Load())
			if whole.Load() == 0 || plain.Load() == 0 {
				t.Error("nothing was read")
			}
		})
	}
}

// listTexts reads the files in a folder, as a reader of plain files does: it
// lists the folder and then opens what it found. A listing that the removal of
// the old folder overtook, between the opening of the folder and the reading of
// its entries, is reported as fs.ErrNotExist: it may lack files.
func listTexts(dir string) ([]string, error) {
	folder, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	defer folder.Close()
	entries, err := folder.ReadDir(-1)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(entries, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	opened, err := folder.Stat()
	if err != nil {
		return nil, err
	}
	current, err := os.Stat(dir)
	if err != nil {
		return nil, err
	}
	if !os.SameFile(opened, current) {
		return nil, fs.ErrNotExist
	}
	var texts []string
	for _, e := range entries {
		text, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			return nil, err
		}
		texts = append(texts, string(text))
	}
	return texts, nil
}

// TestSyncedBeforeCommit follows what is on the disk for sure: the manifest is
// renamed into place, and the first old file removed, only when all that it
// depends on would survive a loss of power.
func TestSyncedBeforeCommit(t *testing.T) {
	shapes(t, func(t *testing.T, start func(t *testing.T) *trial) {
		tr := start(t)
		l := layoutToWrite(tr.out, tr.new.format)
		dirty := map[string]bool{} // files and folders that were changed and not synced
		committed := false
		var mu sync.Mutex
		h := &faultHook{}
		follow := func(op, name string) error {
			mu.Lock()
			defer mu.Unlock()
			switch op {
			case "sync":
				delete(dirty, name)
			case "write":
				dirty[name] = true
			case "mkdir":
				dirty[path.Dir(name)] = true
			case "remove":
				if committed && dirty["."] {
					t.Errorf("%s is removed before the manifest is on the disk", name)
				}
			case "rename", "exchange":
				if name == l.Manifest {
					for file := range dirty {
						if file != l.work { // the journal and the lock, which are not part of it
							t.Errorf("%s is not on the disk when the manifest is put in place", file)
						}
					}
					committed = true
				}
				// A part file gets its name when it is written, and is synced
				// under that.
				if table, ok := strings.CutPrefix(path.Dir(name), l.set("")+"/"); ok && isPart(path.Base(name)) && !committed {
					written := path.Join(l.work, "writing", strings.ReplaceAll(table, "/", "-")+path.Base(name)[len("part"):len("part-00000")])
					if dirty[written] { // and not a link to an old file, which was synced
						dirty[name] = true
						delete(dirty, written)
					}
				}
				dirty[path.Dir(name)] = true
			}
			return h.hook(op, name)
		}
		if err := tr.new.write(tr.out, Options{Overwrite: tr.old != nil, Hook: follow}); err != nil {
			t.Fatal(err)
		}
		if !committed {
			t.Error("no manifest was put in place")
		}
	})
}

// TestDamaged damages a data set in all ways that a reader can notice.
func TestDamaged(t *testing.T) {
	part := func(t *testing.T, out string) string {
		paths, err := filepath.Glob(filepath.Join(out, "cclf1", "part-00000-*"))
		if err != nil || len(paths) != 1 {
			t.Fatal(paths, err)
		}
		return paths[0]
	}
	for _, tt := range []struct {
		name   string
		damage func(t *testing.T, out string) error
		want   string // of Open; Verify finds all
		verify string
	}{
		{"missing", func(t *testing.T, out string) error { return os.Remove(part(t, out)) }, "is missing", "is missing"},
		{"shorter", func(t *testing.T, out string) error { return os.Truncate(part(t, out), 1) }, "has 1 bytes, and the manifest says 2", "has 1 bytes"},
		{"changed", func(t *testing.T, out string) error { return os.WriteFile(part(t, out), []byte("a9"), 0o600) }, "", "has another content"},
		{"copied", func(t *testing.T, out string) error {
			return os.WriteFile(filepath.Join(out, "cclf1", "part-x.csv"), nil, 0o600)
		}, "cclf1/part-x.csv is not a part file", "cclf1/part-x.csv is not a part file"},
		{"another table", func(t *testing.T, out string) error {
			return errors.Join(os.Mkdir(filepath.Join(out, "cclf2"), 0o700), os.WriteFile(filepath.Join(out, "cclf2", "part-0.csv"), nil, 0o600))
		}, "cclf2/part-0.csv is not", "cclf2/part-0.csv is not"},
		{"partial twin", func(t *testing.T, out string) error {
			return os.WriteFile(filepath.Join(out, PartialFolder, "cclf1", "part-0.csv"), nil, 0o600)
		}, "partially_adjudicated/cclf1/part-0.csv is not", "partially_adjudicated/cclf1/part-0.csv is not"},
		{"link to a file", func(t *testing.T, out string) error {
			name := part(t, out)
			return errors.Join(os.Rename(name, filepath.Join(out, "moved")), os.Symlink(filepath.Join(out, "moved"), name))
		}, "is not a regular file", "is not a regular file"},
		{"link to a folder", func(t *testing.T, out string) error {
			return errors.Join(os.Rename(filepath.Join(out, "cclf9"), filepath.Join(out, "moved")), os.Symlink("moved", filepath.Join(out, "cclf9")))
		}, "is in the way", "is in the way"},
		{"link to the work folder", func(t *testing.T, out string) error {
			return os.Symlink("cclf9", filepath.Join(out, workFolder))
		}, ".incomplete is in the way", ".incomplete is in the way"},
		{"manifest a link", func(t *testing.T, out string) error {
			moved := filepath.Join(t.TempDir(), "moved")
			return errors.Join(os.Rename(filepath.Join(out, ManifestFile), moved), os.Symlink(moved, filepath.Join(out, ManifestFile)))
		}, "_manifest.json is not a regular file", "_manifest.json is not a regular file"},
		{"manifest empty", func(t *testing.T, out string) error {
			return os.Truncate(filepath.Join(out, ManifestFile), 0)
		}, "_manifest.json: it is damaged", "_manifest.json: it is damaged"},
		{"unknown format", func(t *testing.T, out string) error {
			return edit(out, `"csv"`, `"orc"`)
		}, `unknown format "orc"`, `unknown format "orc"`},
		{"another format", func(t *testing.T, out string) error {
			return edit(out, `"csv"`, `"parquet"`)
		}, "is not a file of table cclf1 in format parquet", "is not a file of table cclf1 in format parquet"},
		{"database", func(t *testing.T, out string) error {
			return edit(out, `"csv"`, `"duckdb"`)
		}, "is not a file of table cclf1 in format duckdb", "is not a file of table cclf1 in format duckdb"},
		{"renamed in the manifest too", func(t *testing.T, out string) error {
			name := filepath.Base(part(t, out))
			return errors.Join(os.Rename(filepath.Join(out, "cclf1", name), filepath.Join(out, "cclf1", "rows.csv")), edit(out, name, "rows.csv"))
		}, "cclf1/rows.csv is not a file of table cclf1", "cclf1/rows.csv is not a file of table cclf1"},
		{"in the folder of another table", func(t *testing.T, out string) error {
			name := filepath.Base(part(t, out))
			return errors.Join(os.Rename(filepath.Join(out, "cclf1", name), filepath.Join(out, "cclf9", name)), edit(out, "cclf1/"+name, "cclf9/"+name))
		}, "is not a file of table cclf1", "is not a file of table cclf1"},
		{"journal left", func(t *testing.T, out string) error {
			return errors.Join(os.Mkdir(filepath.Join(out, workFolder), 0o700),
				os.WriteFile(filepath.Join(out, workFolder, "journal.json"), []byte("{}"), 0o600))
		}, "", "or was ended while it did"},
		{"notes", func(t *testing.T, out string) error {
			return os.WriteFile(filepath.Join(out, "cclf1", "notes.txt"), nil, 0o600)
		}, "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			out := filepath.Join(t.TempDir(), "out")
			if err := contents()["parts"][0].write(out, Options{noSync: true}); err != nil {
				t.Fatal(err)
			}
			if err := tt.damage(t, out); err != nil {
				t.Fatal(err)
			}
			if _, err := Open(out); (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
				t.Errorf("Open: %v, want %q", err, tt.want)
			}
			v, err := Verify(t.Context(), out)
			if err != nil {
				v = &Verified{Problems: []error{err}}
			}
			// The texts of the test have no header, so no rows.
			var found []string
			for _, p := range v.Problems {
				if !strings.Contains(p.Error(), "rows, and the manifest says") {
					found = append(found, p.Error())
				}
			}
			if got := strings.Join(found, "; "); (got == "") != (tt.verify == "") || !strings.Contains(got, tt.verify) {
				t.Errorf("Verify: %q, want %q", got, tt.verify)
			}
		})
	}
}

// edit replaces a text in a manifest.
func edit(out, old, new string) error {
	name := filepath.Join(out, ManifestFile)
	text, err := os.ReadFile(name)
	if err == nil && !strings.Contains(string(text), old) {
		err = fmt.Errorf("the manifest has no %s", old)
	}
	return errors.Join(err, os.WriteFile(name, []byte(strings.ReplaceAll(string(text), old, new)), 0o600))
}

// TestVerifyMeanwhile verifies a data set that is replaced again and again. It is
// never taken for a damaged one.
func TestVerifyMeanwhile(t *testing.T) {
	for _, exchange := range []bool{true, false} {
		out := filepath.Join(t.TempDir(), "out")
		sets := contents()["parts"]
		if err := sets[0].write(out, Options{noSync: true}); err != nil {
			t.Fatal(err)
		}
		var done atomic.Bool
		verified := make(chan int)
		go func() {
			n := 0
			for ; n == 0 || !done.Load(); n++ {
				v, err := Verify(t.Context(), out)
				if err != nil {
					t.Error(err)
					continue
				}
				for _, p := range v.Problems {
					// The texts of the test have no header, so no rows.
					if !strings.Contains(p.Error(), "rows, and the manifest says") {
						t.Error(p)
					}
				}
			}
			verified <- n
		}()
		opts := Options{Overwrite: true, noSync: true}
		if !exchange {
			opts.Hook = func(op, _ string) error {
				if op == "exchange" {
					return errNoExchange
				}
				return nil
			}
		}
		for i := range attempts - 5 { // so that Verify does not give up
			if err := sets[(i+1)%2].write(out, opts); err != nil {
				t.Fatal(err)
			}
		}
		done.Store(true)
		t.Logf("%d verifications", <-verified)
	}
}

// TestLeftJournal tells the journal of a killed writer from those of writers that
// publish one after the other, for longer than Verify waits for one of them.
func TestLeftJournal(t *testing.T) {
	dir := t.TempDir()
	layout := layoutToRead(dir)
	journal := filepath.Join(dir, filepath.FromSlash(layout.journal()))
	if err := os.MkdirAll(filepath.Dir(journal), 0o700); err != nil {
		t.Fatal(err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	o := &ops{root: root}
	begin := func(run int) {
		next, at := filepath.Join(dir, "next"), time.Unix(int64(run), 0)
		if err := errors.Join(os.WriteFile(next, nil, 0o600), os.Chtimes(next, at, at), os.Rename(next, journal)); err != nil {
			t.Error(err)
		}
	}
	synctest.Test(t, func(t *testing.T) {
		begin(0)
		go func() {
			for run := range 10 {
				begin(run)
				time.Sleep(publishing / 2)
			}
			if err := os.Remove(journal); err != nil {
				t.Error(err)
			}
		}()
		if left, err := o.leftJournal(t.Context(), &layout); left != nil || err != nil {
			t.Errorf("a writer that finished left %v, %v", left, err)
		}
		begin(11)
		left, err := o.leftJournal(t.Context(), &layout)
		if left == nil || err != nil || !o.isStill(layout.journal(), left) {
			t.Fatalf("a killed writer left %v, %v", left, err)
		}
		begin(12)
		if o.isStill(layout.journal(), left) {
			t.Error("the journal of the next writer is taken for that of a killed one")
		}
	})
}

// TestLinks puts links where folders of the data set belong. Nothing is
// written or removed where they lead.
func TestLinks(t *testing.T) {
	for _, link := range []string{workFolder, "cclf1", PartialFolder, lockFile} {
		t.Run(link, func(t *testing.T) {
			dir := t.TempDir()
			out, elsewhere := filepath.Join(dir, "out"), filepath.Join(dir, "elsewhere")
			if err := contents()["parts"][0].write(out, Options{noSync: true}); err != nil {
				t.Fatal(err)
			}
			err := errors.Join(os.Mkdir(elsewhere, 0o700), os.WriteFile(filepath.Join(elsewhere, "mine"), nil, 0o600),
				os.RemoveAll(filepath.Join(out, link)), os.Symlink(elsewhere, filepath.Join(out, link)))
			if err != nil {
				t.Fatal(err)
			}
			if err := contents()["parts"][1].write(out, Options{Overwrite: true, noSync: true}); !errors.Is(err, ErrOutput) {
				t.Errorf("error %v", err)
			}
			entries, err := os.ReadDir(elsewhere)
			if err != nil || len(entries) != 1 {
				t.Errorf("elsewhere there is %v, %v", entries, err)
			}
		})
	}
}
