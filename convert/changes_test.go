package convert

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/cclf-tools/cclf/internal/dataset"
	"github.com/cclf-tools/cclf/internal/dataset/encode"
	"github.com/cclf-tools/cclf/internal/feed"
	"github.com/cclf-tools/cclf/internal/synth/synthtest"
	"github.com/cclf-tools/cclf/schema"
)

// cellsOf reads the rows of files, as texts by label. Nulls are left out.
func cellsOf(t *testing.T, dir string, format Format, files []dataset.File) []map[string]string {
	t.Helper()
	open := map[Format]encode.Open{Parquet: encode.ReadParquet, CSV: encode.ReadCSV, Arrow: encode.ReadArrow}[format]
	var rows []map[string]string
	for _, f := range files {
		in, err := os.Open(filepath.Join(dir, f.Name))
		if err != nil {
			t.Fatal(err)
		}
		defer in.Close()
		r, err := open(t.Context(), in, encode.ReadOptions{})
		if err != nil {
			t.Fatal(err)
		}
		for {
			batch, err := r.Next()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			for row := range int(batch.NumRows()) {
				cells := map[string]string{}
				for i, col := range batch.Columns() {
					if col.IsValid(row) {
						cells[batch.Schema().Field(i).Name] = col.ValueStr(row)
					}
				}
				rows = append(rows, cells)
			}
		}
		r.Close()
	}
	return rows
}

// A tableRows has the rows of tables by name.
type tableRows map[string][]map[string]string

func readTables(t *testing.T, dir string, m *Manifest) tableRows {
	t.Helper()
	all := tableRows{}
	for _, table := range m.Tables {
		all[table.Name] = withoutLines(cellsOf(t, dir, m.Format, table.Files))
	}
	return all
}

// rowText is a row as one text.
func rowText(row map[string]string, labels ...string) string {
	if labels == nil {
		labels = slices.Sorted(maps.Keys(row))
	}
	var b strings.Builder
	for _, label := range labels {
		fmt.Fprintf(&b, "%s=%q ", label, row[label])
	}
	return b.String()
}

// wantChanges returns the changes of a table: all old and new rows of the keys whose rows
// differ.
func wantChanges(before, after []map[string]string, key []string) []string {
	old, now := map[string][]string{}, map[string][]string{}
	for side, rows := range map[*map[string][]string][]map[string]string{&old: before, &now: after} {
		for _, row := range rows {
			k := rowText(row, key...)
			(*side)[k] = append((*side)[k], rowText(row))
		}
	}
	var want []string
	for k := range maps.All(mergedKeys(old, now)) {
		slices.Sort(old[k])
		slices.Sort(now[k])
		if slices.Equal(old[k], now[k]) {
			continue
		}
		for _, row := range old[k] {
			want = append(want, "delete "+row)
		}
		for _, row := range now[k] {
			want = append(want, "insert "+row)
		}
	}
	slices.Sort(want)
	return want
}

func mergedKeys(a, b map[string][]string) map[string]bool {
	all := map[string]bool{}
	for k := range a {
		all[k] = true
	}
	for k := range b {
		all[k] = true
	}
	return all
}

// checkChanges compares a set of changes with the tables before and after it.
func checkChanges(t *testing.T, dir string, set *dataset.ChangeSet, before, after tableRows) {
	t.Helper()
	for _, table := range set.Tables {
		if known := schema.Lookup(path.Base(table.Name)); known != nil && !slices.Equal(table.Key, known.Key) {
			t.Errorf("%s: key %v, want %v", table.Name, table.Key, known.Key)
		}
		var got []string
		var inserted, deleted int64
		for _, row := range withoutLines(cellsOf(t, dir, set.Format, table.Files)) {
			op := row["_op"]
			if op == "insert" {
				inserted++
			} else {
				deleted++
			}
			if row["_run"] != fmt.Sprint(set.Run) || row["_transaction_time"] != set.TransactionTime {
				t.Errorf("%s: a change of run %s at %s", table.Name, row["_run"], row["_transaction_time"])
			}
			for _, label := range []string{"_op", "_run", "_transaction_time"} {
				delete(row, label)
			}
			got = append(got, op+" "+rowText(row))
		}
		slices.Sort(got)
		want := wantChanges(before[table.Name], after[table.Name], table.Key)
		if diff := gocmp.Diff(want, got); diff != "" {
			t.Errorf("%s of %s: want (-), got (+):\n%s", table.Name, set.Folder, diff)
		}
		if inserted != table.Inserted || deleted != table.Deleted || (table.Added+table.Changed+table.Removed > 0) != (len(got) > 0) {
			t.Errorf("%s of %s: %d rows inserted, %d deleted, the manifest says %+v", table.Name, set.Folder, inserted, deleted, table)
		}
	}
	for name := range after {
		if !slices.ContainsFunc(set.Tables, func(c dataset.ChangedTable) bool { return c.Name == name }) {
			t.Errorf("%s has no table %s", set.Folder, name)
		}
	}
}

// partialClaims writes partially adjudicated claims of v2, some of which are others in
// each run.
func partialClaims(t *testing.T, dir string, number int, r *rand.Rand) string {
	t.Helper()
	var claims []object
	for i := range 1 + r.IntN(4) {
		claim := someFISS(fmt.Sprint(r.IntN(5)))
		if i%2 == 1 {
			claim = someMCS(fmt.Sprint(r.IntN(5)))
		}
		items := list{}
		for sequence := range r.IntN(4) {
			items = append(items, object{"sequence": sequence + 1})
		}
		claims = append(claims, with(claim, object{"item": items, "meta": updated(fmt.Sprintf("2025-01-%02dT00:00:00Z", number))}))
	}
	name := filepath.Join(dir, fmt.Sprintf("%03d-partial.ndjson", number))
	if err := os.WriteFile(name, []byte(lines(claims...)), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// TestChanges converts a log that grows, and checks that each set of changes turns the
// tables of one run into those of the next one, row by row, also if the second
// conversion of a run has other options.
func TestChanges(t *testing.T) {
	synthtest.WithoutRace(t)
	formats := []Format{CSV, Parquet, Arrow}
	for _, api := range schema.APIs {
		for seed := range uint64(2) {
			t.Run(fmt.Sprint(api, "/", seed), func(t *testing.T) {
				f, dir := feed.New(api, seed+100), t.TempDir()
				opts := Options{
					Out: t.TempDir(), Format: formats[int(seed)%3], API: &api, Jobs: 2, Overwrite: true, AllowShrink: true, AllowUnrelated: true,
					Changes: true, fileRows: 20, Versions: FinalVersions,
				}
				if seed%2 == 1 {
					opts.Versions, opts.Leavers = AllVersions, DropLeavers
				}
				f.Arrive()
				var runs []FetchRun
				var before tableRows
				convert := func(what string) *Manifest {
					opts.Inputs = nil
					for _, r := range runs {
						opts.Inputs = append(opts.Inputs, r.Files...)
					}
					opts.Runs = func() ([]FetchRun, error) { return runs, nil }
					m, err := Run(t.Context(), opts)
					if err != nil {
						t.Fatalf("%s: %v", what, err)
					}
					return m
				}
				sets := 0
				for number := 1; number <= 3; number++ {
					for range f.Random.IntN(10) {
						f.Change()
					}
					f.Arrive()
					runs = append(runs, runOf(t, f, dir, number))
					if api == schema.V2 {
						runs[number-1].Files = append(runs[number-1].Files, partialClaims(t, dir, number, f.Random))
					}
					m := convert(fmt.Sprint("run ", number))
					after := readTables(t, opts.Out, m)
					all, err := dataset.ListChanges(opts.Out)
					if err != nil {
						t.Fatal(err)
					}
					if sets++; len(all) != sets-1 {
						t.Fatalf("run %d: %d sets of changes, want %d", number, len(all), sets-1)
					}
					if before != nil {
						set := all[len(all)-1]
						if set.Folder != m.Changes || set.Run != number || set.FromRun != number-1 {
							t.Errorf("run %d: set %+v", number, set)
						}
						checkChanges(t, opts.Out, set, before, after)
					}
					before = after
				}
				// The same again has no changes, and another format none in its rows.
				convert("again")
				if all, _ := dataset.ListChanges(opts.Out); len(all) != sets-1 {
					t.Errorf("the same again: %d sets of changes, want %d", len(all), sets-1)
				}
				opts.Format = formats[int(seed+1)%3]
				m := convert("another format")
				all, err := dataset.ListChanges(opts.Out)
				if err != nil {
					t.Fatal(err)
				}
				if m.Changes != "_changes/3.2" || all[len(all)-1].Folder != m.Changes {
					t.Errorf("another format: set %s", m.Changes)
				}
				if sum := all[len(all)-1].Counts(); sum.Inserted+sum.Deleted != 0 {
					t.Errorf("another format: %+v", sum)
				}
				// Other versions of the claims are changes.
				opts.Versions = FinalVersions
				if seed%2 == 0 {
					opts.Versions = AllVersions
				}
				before = readTables(t, opts.Out, m)
				m = convert("other versions")
				if all, err = dataset.ListChanges(opts.Out); err != nil {
					t.Fatal(err)
				}
				if m.Changes != "" && m.Changes != "_changes/3.2" {
					checkChanges(t, opts.Out, all[len(all)-1], before, readTables(t, opts.Out, m))
				}
				checkChain(t, opts.Out, len(all))
				v, err := dataset.Verify(t.Context(), opts.Out)
				if err != nil || len(v.Problems) > 0 || v.Changes != len(all) || v.ChangeRows == 0 {
					t.Errorf("verified %d sets of changes with %d rows, want %d: %v, %v", v.Changes, v.ChangeRows, len(all), v.Problems, err)
				}
			})
		}
	}
}

// checkChain checks that the sets of a data set form one chain.
func checkChain(t *testing.T, dir string, n int) {
	t.Helper()
	s, err := dataset.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	chain, err := s.Changes("")
	if err != nil || len(chain) != n {
		t.Fatalf("a chain of %d sets, want %d: %v", len(chain), n, err)
	}
	for i, set := range chain {
		got, err := s.Changes(set.From)
		if err != nil || len(got) > n-i || len(got) > 0 && got[0].From != set.From {
			t.Errorf("%d sets from %s, want %d at most: %v", len(got), set.Folder, n-i, err)
		}
	}
	if _, err := s.Changes("0"); !errors.Is(err, dataset.ErrNoChanges) {
		t.Errorf("from unknown tables: %v", err)
	}
}

// TestChangedColumns checks that a table with other columns is replaced as a whole.
func TestChangedColumns(t *testing.T) {
	synthtest.WithoutRace(t)
	dir := t.TempDir()
	name := filepath.Join(dir, "a.ndjson")
	if err := os.WriteFile(name, []byte(lines(somePatient("1", "1EG4TE5MK73"), someClaim("CARRIER", "1", "1"))), 0o600); err != nil {
		t.Fatal(err)
	}
	runs := []FetchRun{{Number: 1, TransactionTime: "2025-01-01", Files: []string{name}}}
	opts := Options{
		Inputs: []string{name}, Out: t.TempDir(), Overwrite: true, Changes: true,
		Runs: func() ([]FetchRun, error) { return runs, nil },
	}
	m, err := Run(t.Context(), opts)
	if err != nil || m.Changes != "" {
		t.Fatal(m.Changes, err)
	}
	extra, err := schema.ParseExtraColumns(strings.NewReader("cclf5 STATUS text status\n"), "extra")
	if err != nil {
		t.Fatal(err)
	}
	opts.ExtraColumns = extra
	if m, err = Run(t.Context(), opts); err != nil {
		t.Fatal(err)
	}
	sets, err := dataset.ListChanges(opts.Out)
	if err != nil || len(sets) != 1 || m.Changes != "_changes/1" {
		t.Fatal(len(sets), m.Changes, err)
	}
	if v, err := dataset.Verify(t.Context(), opts.Out); err != nil || len(v.Problems) > 0 || v.Changes != 1 {
		t.Error(v, err)
	}
	for _, table := range sets[0].Tables {
		if table.Replaced != (table.Name == "cclf5") {
			t.Errorf("%s: replaced %v", table.Name, table.Replaced)
		}
		if !table.Replaced {
			continue
		}
		rows := cellsOf(t, opts.Out, sets[0].Format, table.Files)
		slices.SortFunc(rows, func(a, b map[string]string) int { return cmp.Compare(a["_op"], b["_op"]) })
		if len(rows) != 2 || rows[0]["_op"] != "delete" || rows[0]["STATUS"] != "" || rows[1]["STATUS"] != "active" ||
			rows[0]["CUR_CLM_UNIQ_ID"] != "1" || rows[1]["CUR_CLM_UNIQ_ID"] != "1" {
			t.Errorf("changes of %s: %v", table.Name, rows)
		}
	}
}

// TestNoChanges checks when there are none.
func TestNoChanges(t *testing.T) {
	in := export{"a.ndjson": lines(someClaim("CARRIER", "1", "1"))}.save(t)
	opts := Options{Inputs: []string{in}, Out: t.TempDir(), Changes: true}
	if _, err := Run(t.Context(), opts); !errors.Is(err, ErrOptions) || !errors.Is(err, ErrChanges) {
		t.Errorf("without runs: %v", err)
	}
	opts.Runs, opts.Format = func() ([]FetchRun, error) { return nil, nil }, Fixed
	if _, err := Run(t.Context(), opts); !errors.Is(err, ErrChanges) {
		t.Errorf("fixed width: %v", err)
	}
}
