package dataset

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cclf-tools/cclf/internal/synth/synthtest"
)

// A lake publishes tables of CSV files, with what changed.
type lake struct {
	t   *testing.T
	dir string
	run int
}

// publish publishes tables, whose rows are those of CSV files. The first row is the
// header.
func (l *lake) publish(tables map[string][]string) {
	l.t.Helper()
	l.run++
	w, err := Create(l.dir, CSV, Options{Overwrite: true, noSync: true})
	if err != nil {
		l.t.Fatal(err)
	}
	defer w.Close()
	m := &Manifest{Format: CSV, Runs: []Run{{Number: l.run}}}
	for _, name := range slices.Sorted(maps.Keys(tables)) {
		f, err := w.CreatePart(name, 0, CSV)
		if err != nil {
			l.t.Fatal(err)
		}
		fmt.Fprintln(f, strings.Join(tables[name], "\n"))
		n := int64(len(tables[name]) - 1)
		file, err := f.Finish(n)
		if err != nil {
			l.t.Fatal(err)
		}
		m.Tables = append(m.Tables, Table{Name: name, Rows: n, Files: []File{file}})
	}
	if _, err := w.WriteChanges(l.t.Context(), m, ChangeOptions{Run: l.run, TransactionTime: "2026-01-01", Jobs: 2}); err != nil {
		l.t.Fatal(err)
	}
	if err := w.Commit(m); err != nil {
		l.t.Fatal(err)
	}
}

// problems verifies the data set.
func (l *lake) problems() []string {
	l.t.Helper()
	v, err := Verify(l.t.Context(), l.dir)
	if err != nil {
		l.t.Fatal(err)
	}
	var texts []string
	for _, p := range v.Problems {
		texts = append(texts, p.Error())
	}
	if v.BadChanges != len(texts) {
		l.t.Errorf("%d problems are about changes: %q", v.BadChanges, texts)
	}
	return texts
}

// edit replaces the file of a table in a set of changes by one with other rows, and makes
// the manifest of the set agree with it. The first row is the header.
func (l *lake) edit(set int, table string, edit func(rows []string) []string) {
	l.t.Helper()
	l.editManifest(set, func(c *ChangeSet) {
		i := slices.IndexFunc(c.Tables, func(t ChangedTable) bool { return t.Name == table })
		f := &c.Tables[i].Files[0]
		name := filepath.Join(l.dir, f.Name)
		text, err := os.ReadFile(name)
		if err != nil {
			l.t.Fatal(err)
		}
		rows := edit(strings.Split(strings.TrimSuffix(string(text), "\n"), "\n"))
		text = []byte(strings.Join(rows, "\n") + "\n")
		if err := os.WriteFile(name, text, 0o600); err != nil {
			l.t.Fatal(err)
		}
		f.Rows, f.Size, f.SHA256 = int64(len(rows)-1), int64(len(text)), sumOf(text)
		c.Tables[i].Inserted, c.Tables[i].Deleted = 0, 0
		for _, row := range rows[1:] {
			if strings.Contains(row, OpInsert) {
				c.Tables[i].Inserted++
			} else {
				c.Tables[i].Deleted++
			}
		}
	})
}

func (l *lake) editManifest(set int, edit func(*ChangeSet)) {
	l.t.Helper()
	name := filepath.Join(l.dir, ChangesFolder, fmt.Sprint(set), ManifestFile)
	text, err := os.ReadFile(name)
	if err != nil {
		l.t.Fatal(err)
	}
	c := &ChangeSet{}
	if err := json.Unmarshal(text, c); err != nil {
		l.t.Fatal(err)
	}
	edit(c)
	if text, err = json.Marshal(c); err != nil {
		l.t.Fatal(err)
	}
	if err := os.WriteFile(name, text, 0o600); err != nil {
		l.t.Fatal(err)
	}
}

// history publishes a few tables: sets 2, 3 and 4.
func history(t *testing.T) *lake {
	l := &lake{t: t, dir: filepath.Join(t.TempDir(), "out")}
	const header = "CUR_CLM_UNIQ_ID,CLM_PMT_AMT,SOURCE_LINE"
	l.publish(map[string][]string{"cclf1": {header, "1,10,1", "2,20,2", "3,30,3"}, "roster": {"ID,NAME", "1,a", "1,a"}})
	l.publish(map[string][]string{"cclf1": {header, "1,10,1", "2,21,4", "3,30,9"}, "roster": {"ID,NAME", "1,a", "2,b"}})
	l.publish(map[string][]string{"cclf1": {header, "1,10,1", "4,40,5", "4,41,5"}, "roster": {"ID,NAME", "1,a", "2,b"}})
	l.publish(map[string][]string{"cclf1": {header, "1,11,7", "4,40,5", "4,41,5", "5,50,8"}, "roster": {"ID,NAME", "2,b"}})
	return l
}

var partHash = regexp.MustCompile(`-[0-9a-f]{12}\.csv`)

// replaceIn replaces the first occurrence of a text in a row.
func replaceIn(rows []string, old, text string) []string {
	i := slices.IndexFunc(rows, func(row string) bool { return strings.Contains(row, old) })
	rows[i] = strings.Replace(rows[i], old, text, 1)
	return rows
}

func TestVerifyChanges(t *testing.T) {
	for _, tt := range []struct {
		name string
		harm func(l *lake)
		want []string
	}{
		{"nothing", func(*lake) {}, nil},
		{"the oldest set is gone", func(l *lake) {
			if err := os.RemoveAll(filepath.Join(l.dir, ChangesFolder, "2")); err != nil {
				l.t.Fatal(err)
			}
		}, nil},
		{"a byte", func(l *lake) {
			name, _ := filepath.Glob(filepath.Join(l.dir, ChangesFolder, "2", "cclf1", "*"))
			text, err := os.ReadFile(name[0])
			if err == nil {
				err = os.WriteFile(name[0], []byte(strings.Replace(string(text), "20", "22", 1)), 0o600)
			}
			if err != nil {
				l.t.Fatal(err)
			}
		}, []string{"_changes/2/cclf1/part-00000-NNN.csv has another content than when it was written"}},
		{"no file", func(l *lake) {
			name, _ := filepath.Glob(filepath.Join(l.dir, ChangesFolder, "2", "cclf1", "*"))
			if err := os.Remove(name[0]); err != nil {
				l.t.Fatal(err)
			}
		}, []string{"_changes/2/cclf1/part-00000-NNN.csv is missing"}},
		{"another file", func(l *lake) {
			if err := os.WriteFile(filepath.Join(l.dir, ChangesFolder, "2", "cclf1", "part-00001-0123456789ab.csv"), nil, 0o600); err != nil {
				l.t.Fatal(err)
			}
		}, []string{"_changes/2/cclf1/part-00001-NNN.csv is not listed in _changes/2/_manifest.json"}},
		{"no manifest", func(l *lake) {
			if err := os.Remove(filepath.Join(l.dir, ChangesFolder, "3", ManifestFile)); err != nil {
				l.t.Fatal(err)
			}
		}, []string{"_changes/3 has files, but no _manifest.json: it is no set of changes"}},
		{"a row less in the manifest", func(l *lake) {
			l.editManifest(2, func(c *ChangeSet) { c.Tables[0].Files[0].Rows-- })
		}, []string{
			"_changes/2/cclf1/part-00000-NNN.csv has 2 rows, and the manifest says 1",
			"_changes/2/_manifest.json says that 1 rows of cclf1 were inserted and 1 deleted, and that its files have 1",
		}},
		{"other counts of rows", func(l *lake) {
			l.editManifest(4, func(c *ChangeSet) { c.Tables[0].Inserted++; c.Tables[0].Deleted-- })
		}, []string{"_changes/4 has 2 inserted and 1 deleted rows of cclf1, and its manifest says 3 and 0"}},
		{"other counts of keys", func(l *lake) {
			l.editManifest(4, func(c *ChangeSet) { c.Tables[0].Added, c.Tables[0].Changed = 2, 0 })
		}, []string{"_changes/4 has 1 added, 1 changed and 0 removed keys of cclf1, and its manifest says 2, 0 and 0"}},
		{"an inserted value of an old set", func(l *lake) {
			l.edit(2, "cclf1", func(rows []string) []string { return replaceIn(rows, "2,21,", "2,22,") })
		}, []string{"_changes/3 deletes other rows of cclf1 than there were before: 1 keys"}},
		{"an inserted value of the newest set", func(l *lake) {
			l.edit(4, "cclf1", func(rows []string) []string { return replaceIn(rows, "5,50,", "5,51,") })
		}, []string{"cclf1 has other rows than the sets of changes up to _changes/4 lead to: 1 keys"}},
		{"an inserted value that stays", func(l *lake) {
			l.edit(3, "cclf1", func(rows []string) []string { return replaceIn(rows, "4,41,", "4,42,") })
		}, []string{"cclf1 has other rows than the sets of changes up to _changes/4 lead to: 1 keys"}},
		{"a row of several", func(l *lake) {
			l.edit(3, "cclf1", func(rows []string) []string {
				return slices.DeleteFunc(rows, func(row string) bool { return strings.HasPrefix(row, "4,41,") })
			})
		}, []string{"cclf1 has other rows than the sets of changes up to _changes/4 lead to: 1 keys"}},
		{"a deleted row", func(l *lake) {
			l.edit(3, "cclf1", func(rows []string) []string {
				return slices.DeleteFunc(rows, func(row string) bool { return strings.HasPrefix(row, "2,21,") })
			})
			l.editManifest(3, func(c *ChangeSet) { c.Tables[0].Removed-- })
		}, []string{"cclf1 has other rows than the sets of changes up to _changes/4 lead to: 1 keys"}},
		{"an operation", func(l *lake) {
			l.edit(4, "cclf1", func(rows []string) []string { return replaceIn(rows, "insert", "upsert") })
		}, []string{
			"changes of cclf1: _changes/4/cclf1/part-00000-NNN.csv has rows whose _op is neither insert nor delete",
		}},
		{"a row without a key", func(l *lake) {
			l.edit(4, "roster", func(rows []string) []string { return replaceIn(rows, "1,a,delete", "2,b,delete") })
		}, []string{
			"roster has other rows than the sets of changes up to _changes/4 lead to: 2 keys",
		}},
		{"where rows are from", func(l *lake) {
			l.edit(4, "cclf1", func(rows []string) []string { return replaceIn(rows, "5,50,8", "5,50,9") })
		}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l := history(t)
			tt.harm(l)
			got := l.problems()
			for i := range got {
				got[i] = partHash.ReplaceAllString(got[i], "-NNN.csv")
				got[i], _, _ = strings.Cut(got[i], " (SHA-256")
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestVerifyRandomChanges verifies random histories, in many passes, and finds each value
// that is another one in what a set inserted.
func TestVerifyRandomChanges(t *testing.T) {
	synthtest.WithoutRace(t)
	limit := changedRowsInMemory
	t.Cleanup(func() { changedRowsInMemory = limit })
	for seed := range uint64(12) {
		r := rand.New(rand.NewPCG(seed, 19))
		l := &lake{t: t, dir: filepath.Join(t.TempDir(), "out")}
		for range 2 + r.IntN(5) {
			rows, lines := []string{"CUR_CLM_UNIQ_ID,CLM_LINE_NUM,CLM_LINE_CVRD_PD_AMT"}, []string{"NAME"}
			for range r.IntN(12) { // some keys twice
				rows = append(rows, fmt.Sprintf("%d,%d,%d", r.IntN(6), r.IntN(2), r.IntN(3)))
				lines = append(lines, fmt.Sprint(r.IntN(4)))
			}
			l.publish(map[string][]string{"cclf5": rows, "roster": lines})
		}
		changedRowsInMemory = 1 + r.Int64N(8)
		if got := l.problems(); got != nil {
			t.Errorf("seed %d: %q", seed, got)
		}
		sets, err := ListChanges(l.dir)
		if err != nil {
			t.Fatal(err)
		}
		set := sets[r.IntN(len(sets))]
		for _, table := range set.Tables {
			if table.Inserted == 0 || table.Name != "cclf5" {
				continue
			}
			l.edit(set.Run, table.Name, func(rows []string) []string {
				for {
					if i := 1 + r.IntN(len(rows)-1); strings.Contains(rows[i], OpInsert) {
						cells := strings.Split(rows[i], ",")
						cells[2] = "9"
						rows[i] = strings.Join(cells, ",")
						return rows
					}
				}
			})
			if got := l.problems(); len(got) != 1 || !strings.Contains(got[0], "cclf5") {
				t.Errorf("seed %d: set %s of %d has another value, and the problems are %q", seed, set.Folder, len(sets), got)
			}
		}
	}
}
