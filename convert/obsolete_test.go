package convert

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/cclf-tools/cclf/fetch"
	"github.com/cclf-tools/cclf/internal/feed"
	"github.com/cclf-tools/cclf/internal/synth/synthtest"
	"github.com/cclf-tools/cclf/schema"
)

// A logFolder is an export folder with the files of a feed.
type logFolder struct {
	dir  string
	runs []map[string]any
}

// add adds a run.
func (l *logFolder) add(t *testing.T, run FetchRun) {
	t.Helper()
	l.runs = readRuns(t, l.dir)
	number := run.Number
	record := map[string]any{"number": number, "transaction_time": run.TransactionTime, "request": map[string]any{}}
	var files, deletions []map[string]any
	for _, name := range run.Files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		to := fmt.Sprintf("%03d-ExplanationOfBenefit-00001.ndjson", number)
		if strings.Contains(name, "deleted") {
			to = fmt.Sprintf("_%03d-deleted-00001.ndjson", number)
			deletions = append(deletions, map[string]any{"name": to})
		} else {
			files = append(files, map[string]any{"name": to, "resources": strings.Count(string(text), "\n")})
		}
		if err := os.WriteFile(filepath.Join(l.dir, to), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	record["files"], record["deleted"] = files, deletions
	l.runs = append(l.runs, record)
	l.save(t, map[string]any{"format": 1, "runs": l.runs})
}

func (l *logFolder) save(t *testing.T, content map[string]any) {
	t.Helper()
	text, err := json.Marshal(content)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(l.dir, "_fetch_runs.json"), text, 0o600); err != nil {
		t.Fatal(err)
	}
}

// options returns options that convert the folder.
func (l *logFolder) options(t *testing.T, api schema.API, leavers Leavers) Options {
	t.Helper()
	complete, err := fetch.CompleteRuns(l.dir)
	if err != nil {
		t.Fatal(err)
	}
	opts := Options{Out: t.TempDir(), Format: CSV, API: &api, Jobs: 2, Leavers: leavers, AllowShrink: true}
	var runs []FetchRun
	for _, c := range complete {
		run := FetchRun{Number: c.Number, TransactionTime: c.TransactionTime, FullList: true}
		for _, f := range slices.Concat(c.Files, c.Deleted) {
			run.Files = append(run.Files, f.Path)
			opts.Inputs = append(opts.Inputs, f.Path)
		}
		runs = append(runs, run)
	}
	opts.Runs = func() ([]FetchRun, error) { return runs, nil }
	return opts
}

// tables converts the folder and returns its rows.
func (l *logFolder) tables(t *testing.T, api schema.API, leavers Leavers) map[string][]string {
	t.Helper()
	opts := l.options(t, api, leavers)
	m, err := Run(t.Context(), opts)
	if err != nil {
		t.Fatal(err)
	}
	if m.Counts.Rejected > 0 || m.TotalRows() == 0 {
		t.Fatalf("%d lines rejected, %d rows", m.Counts.Rejected, m.TotalRows())
	}
	rows := map[string][]string{}
	for name, table := range readTables(t, opts.Out, m) {
		for _, row := range table {
			rows[name] = append(rows[name], rowText(row))
		}
		slices.Sort(rows[name])
	}
	return rows
}

// prune prunes the folder.
func (l *logFolder) prune(t *testing.T, api schema.API) *fetch.Pruned {
	t.Helper()
	var done *fetch.Pruned
	opts := l.options(t, api, KeepLeavers)
	err := FindObsolete(t.Context(), opts, func(o *Obsolete) (err error) {
		done, err = fetch.Prune(t.Context(), l.dir, fetch.PruneOptions{Obsolete: o.Lines})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return done
}

// TestPrunedLog prunes a log now and then while it grows, and compares its tables with
// those of a log that is never pruned.
func TestPrunedLog(t *testing.T) {
	synthtest.WithoutRace(t)
	var dropped int64
	for _, api := range schema.APIs {
		for seed := range uint64(3) {
			t.Run(fmt.Sprint(api, "/", seed), func(t *testing.T) {
				f := feed.New(api, seed+500)
				whole, pruned := &logFolder{dir: t.TempDir()}, &logFolder{dir: t.TempDir()}
				leavers := []Leavers{KeepLeavers, DropLeavers}[seed%2]
				for range 3 {
					f.Arrive()
				}
				for number := 1; number <= 6; number++ {
					for range f.Random.IntN(14) {
						f.Change()
					}
					f.Arrive()
					if f.Random.IntN(4) == 0 { // everything again
						f.Sent = -1
					}
					run := runOf(t, f, t.TempDir(), number)
					whole.add(t, run)
					pruned.add(t, run)
					if f.Random.IntN(2) == 0 && number > 1 {
						dropped += pruned.prune(t, api).Dropped
						if to, err := fetch.PrunedTo(pruned.dir); err != nil || to > number {
							t.Fatal(to, err)
						}
					}
					if number%3 > 0 {
						continue
					}
					want, got := whole.tables(t, api, leavers), pruned.tables(t, api, leavers)
					if diff := gocmp.Diff(want, got); diff != "" {
						t.Fatalf("run %d: a whole log (-) and a pruned one (+):\n%s", number, diff)
					}
				}
				// Pruned twice, nothing more can go.
				pruned.prune(t, api)
				if again := pruned.prune(t, api); again.Dropped != 0 {
					t.Errorf("pruned again: %+v", again)
				}
			})
		}
	}

	if dropped < 100 {
		t.Errorf("only %d lines were dropped", dropped)
	}
}

// readRuns reads the list of runs of a folder.
func readRuns(t *testing.T, dir string) []map[string]any {
	t.Helper()
	var list struct{ Runs []map[string]any }
	text, err := os.ReadFile(filepath.Join(dir, "_fetch_runs.json"))
	if err == nil {
		err = json.Unmarshal(text, &list)
	}
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	return list.Runs
}
