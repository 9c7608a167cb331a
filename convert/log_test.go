package convert

import (
	"encoding/csv"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cclf-tools/cclf/internal/feed"
	"github.com/cclf-tools/cclf/internal/synth/synthtest"
	"github.com/cclf-tools/cclf/schema"
)

// runOf writes the files of a run to a folder: what changed since the last run, and all
// Patients.
func runOf(t *testing.T, f *feed.Feed, dir string, number int) FetchRun {
	t.Helper()
	r := FetchRun{Number: number, TransactionTime: f.Day(), FullList: true}
	write := func(name, text string) {
		r.Files = append(r.Files, filepath.Join(dir, fmt.Sprintf(name, number)))
		if err := os.WriteFile(r.Files[len(r.Files)-1], []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	changed, deleted := f.Changed(f.Sent)
	write("%03d-all.ndjson", feed.Lines(append(changed, f.Patients()...)...))
	if len(deleted) > 0 {
		write("_%03d-deleted.ndjson", feed.Lines(feed.DeletedBundle(deleted...)))
	}
	f.Sent = f.State()
	return r
}

// runsOf lets a population change from run to run, and returns the files of the runs, those
// of deletions last.
func runsOf(t *testing.T, f *feed.Feed, n int) (inputs []string, runs []FetchRun) {
	t.Helper()
	dir := t.TempDir()
	for range 3 {
		f.Arrive()
	}
	var deletions []string
	for number := 1; number <= n; number++ {
		for range f.Random.IntN(12) {
			f.Change()
		}
		f.Arrive() // so that somebody is there, and the newest update is of a living resource
		runs = append(runs, runOf(t, f, dir, number))
		inputs = append(inputs, runs[number-1].Files[0])
		deletions = append(deletions, runs[number-1].Files[1:]...)
	}
	return append(inputs, deletions...), runs
}

// rowsOf returns the rows of a table as sorted texts, without where they are from and,
// in the list of claims of v3, without claims that are no final action: an export of one
// moment has no superseded ones.
func rowsOf(t *testing.T, c *converted, name string, api schema.API) []string {
	t.Helper()
	var rows []string
	for _, row := range withoutLines(c.table(t, name)) {
		if name == "claims" && api == schema.V3 && row["FINAL_ACTION"] != "Y" {
			continue
		}
		var b strings.Builder
		w := csv.NewWriter(&b)
		for _, label := range slices.Sorted(maps.Keys(row)) {
			_ = w.Write([]string{label, row[label]})
		}
		w.Flush()
		rows = append(rows, b.String())
	}
	slices.Sort(rows)
	return rows
}

// TestLogEqualsExport lets a population change from run to run: claims are updated,
// canceled, moved, replaced, deleted and put back, MBIs change, people leave and come
// back. The tables of all runs are those of one full export of the end.
func TestLogEqualsExport(t *testing.T) {
	synthtest.WithoutRace(t)
	for _, api := range schema.APIs {
		for seed := range seeds(2, 2) {
			t.Run(fmt.Sprint(api, "/", seed), func(t *testing.T) {
				f := feed.New(api, seed)
				inputs, runs := runsOf(t, f, 2+int(seed%4))
				set := func(o *Options) { o.API = &api }
				want := export{"all.ndjson": feed.Lines(f.All()...)}.convert(t, set)
				opts := Options{
					Inputs: inputs, Out: t.TempDir(), Format: CSV, API: &api, Jobs: 2,
					Runs: func() ([]FetchRun, error) { return runs, nil }, Leavers: DropLeavers, AllowUnrelated: true,
				}
				m, err := Run(t.Context(), opts)
				if err != nil {
					t.Fatal(err)
				}
				got := &converted{Manifest: m, dir: opts.Out}
				if m.Counts.Rejected+want.Counts.Rejected > 0 || want.TotalRows() == 0 {
					t.Fatalf("%d and %d lines rejected, %d rows", m.Counts.Rejected, want.Counts.Rejected, want.TotalRows())
				}
				for _, table := range want.Tables {
					if diff := difference(rowsOf(t, want, table.Name, api), rowsOf(t, got, table.Name, api)); diff != "" {
						t.Errorf("%s of a full export (-) and of %d runs (+):\n%s", table.Name, len(runs), diff)
					}
				}
			})
		}
	}
}

// TestSentAgain sends everything again as it is. The tables keep their bytes, with the
// files and lines of the first time.
func TestSentAgain(t *testing.T) {
	synthtest.WithoutRace(t)
	for _, api := range schema.APIs {
		t.Run(api.String(), func(t *testing.T) {
			f, dir := feed.New(api, 1), t.TempDir()
			var runs []FetchRun
			var data []string
			convertAll := func() *converted {
				runs = append(runs, runOf(t, f, dir, len(runs)+1))
				data = append(data, runs[len(runs)-1].Files[0])
				// Deletions would come before what is sent again.
				opts := Options{
					Inputs: data, Out: t.TempDir(), Format: CSV, API: &api, Jobs: 2,
					Runs: func() ([]FetchRun, error) { return runs, nil },
				}
				m, err := Run(t.Context(), opts)
				if err != nil {
					t.Fatal(err)
				}
				return &converted{Manifest: m, dir: opts.Out}
			}
			person := f.Arrive()
			for range 8 {
				f.Arrive()
			}
			f.ChangeMBI(person)
			convertAll()
			f.Bill(person)
			before := convertAll()
			f.Sent = -1
			again := convertAll()
			if n := int64(f.Len()); again.Counts.Repeated < n || again.Counts.Replaced != before.Counts.Replaced {
				t.Errorf("%d repeated of %d resources, %d replaced, before %d", again.Counts.Repeated, n, again.Counts.Replaced, before.Counts.Replaced)
			}
			for i, table := range before.Tables {
				if diff := cmp.Diff(table.Files, again.Tables[i].Files); diff != "" && table.Name != schema.AttributionTable {
					t.Errorf("%s: %s", table.Name, diff)
				}
			}
		})
	}
}

// TestRejectedRun: a run of which no line is understood is not published in silence.
func TestRejectedRun(t *testing.T) {
	f, dir := feed.New(schema.V2, 1), t.TempDir()
	f.Arrive()
	api := schema.V2
	runs := []FetchRun{runOf(t, f, dir, 1), {Number: 2, Files: []string{filepath.Join(dir, "002-x.ndjson")}}}
	if err := os.WriteFile(runs[1].Files[0], []byte("{}\n{\"resourceType\":\"Device\"}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	opts := Options{
		Inputs: []string{runs[0].Files[0], runs[1].Files[0]}, Out: t.TempDir(), Format: CSV, API: &api, MaxRejects: -1,
		Runs: func() ([]FetchRun, error) { return runs, nil },
	}
	_, err := Run(t.Context(), opts)
	if shrink, ok := errors.AsType[*ShrinkError](err); !ok || !strings.Contains(shrink.Error(), "all 2 lines of run 2") {
		t.Errorf("error %v", err)
	}
	opts.AllowShrink = true
	if m, err := Run(t.Context(), opts); err != nil || m.Counts.Rejected != 2 {
		t.Errorf("%+v, %v", m, err)
	}
}
