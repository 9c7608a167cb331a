package sync

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/cclf-tools/cclf/internal/dataset"
	"github.com/cclf-tools/cclf/schema"
)

// runs are the runs of logFolder, as fetch keeps them: those of an older version have no
// list of Patients with an increment, and no errors of the server.
const runs = `{"format":1,"runs":[
 {"number":1,"api":"v2","request":{"endpoint":"patient"},"transaction_time":"2026-01-05T00:00:00Z",
  "files":[{"name":"001-Patient-00001.ndjson","type":"Patient","bytes":3,"resources":2},{"name":"001-Coverage-00001.ndjson","type":"Coverage","bytes":3,"resources":1}]},
 {"number":2,"api":"v2","request":{"endpoint":"patient","since":"auto"},"since":"2026-01-05T00:00:00Z","transaction_time":"2026-01-12T06:00:00.5-05:00",
  "files":[{"name":"002-Patient-00001.ndjson","type":"Patient","bytes":3,"resources":1}],
  "deleted":[{"name":"_002-deleted-00001.ndjson","type":"Bundle","bytes":3,"resources":1}]},
 {"number":4,"api":"v2","request":{"endpoint":"patient","since":"auto","full_types":["Patient"]},"since":"2026-01-12T06:00:00.5-05:00","transaction_time":"2026-01-19T00:00:00Z",
  "files":[{"name":"004-Patient-00001.ndjson","type":"Patient","bytes":3,"resources":3}]},
 {"number":5,"api":"v2","request":{"endpoint":"patient","since":"auto","full_types":["Patient"]},"since":"2026-01-19T00:00:00Z","transaction_time":"2026-01-26T00:00:00Z",
  "files":[{"name":"005-Patient-00001.ndjson","type":"Patient","bytes":3,"resources":1}],"server_errors":2}
]}`

// logFolder makes an export folder, without some of its files.
func logFolder(t *testing.T, without ...string) string {
	t.Helper()
	dir := t.TempDir()
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("_fetch.json", `{"format":1,"run":{"number":5,"phase":"partial"}}`)
	write("_fetch_runs.json", runs)
	for _, name := range []string{
		"001-Patient-00001.ndjson", "001-Coverage-00001.ndjson", "002-Patient-00001.ndjson", "_002-deleted-00001.ndjson",
		"004-Patient-00001.ndjson", "005-Patient-00001.ndjson",
	} {
		if !slices.Contains(without, name) {
			write(name, "{}\n")
		}
	}
	return dir
}

func TestUpTo(t *testing.T) {
	log, err := Open(logFolder(t))
	if err != nil || log.Last() != 5 || !log.HasBase() {
		t.Fatalf("%+v, %v", log, err)
	}
	for at, want := range map[string]int{
		"1": 1, "2": 2, "4": 4, "5": 5,
		"2026-01-05T00:00:00Z":           1,
		"2026-01-05":                     1,
		"2026-01-12T11:00:00Z":           1,
		"2026-01-12T06:00:00.5-05:00":    2,
		"2026-01-12T11:00:00.500000001Z": 2,
		"2026-01-12":                     2,
		"2026-01-18T23:59:59.999999999Z": 2,
		"2030-01-01":                     5,
		"0":                              0, "3": 0, "6": 0, "2026-01-04": 0, "2026-01-04T23:59:59Z": 0,
	} {
		got, err := log.UpTo(at)
		if want == 0 {
			if _, ok := errors.AsType[*RangeError](err); !ok {
				t.Errorf("up to %s: %v", at, err)
			}
			continue
		}
		if err != nil || got.Last() != want {
			t.Errorf("up to %s: %+v, %v", at, got, err)
		}
	}
	for _, at := range []string{"", "now", "2026-13-01", "1.5"} {
		if _, err := log.UpTo(at); !errors.Is(err, ErrAt) {
			t.Errorf("up to %q: %v", at, err)
		}
	}
}

// TestFind finds the log in a lake, beside a data set of cclf run, and as it is.
func TestFind(t *testing.T) {
	log := logFolder(t)
	dir := t.TempDir()
	lake, out := filepath.Join(dir, "lake"), filepath.Join(dir, "out")
	err := errors.Join(os.MkdirAll(lake, 0o700), os.MkdirAll(out, 0o700),
		os.Symlink(log, filepath.Join(lake, LogFolder)), os.Symlink(log, out+"-export"))
	if err != nil {
		t.Skip(err)
	}
	for in, want := range map[string]string{log: log, lake: filepath.Join(lake, LogFolder), out: out + "-export", out + "/": out + "-export"} {
		if found, ok, err := Find(in); !ok || found != want {
			t.Errorf("log of %s: %s, %v", in, found, err)
		}
	}
	if _, err := Open(dir); !errors.Is(err, ErrNoLog) {
		t.Errorf("without a log: %v", err)
	}
}

// TestFetchRuns checks which runs have a list of all Patients.
func TestFetchRuns(t *testing.T) {
	log, err := Open(logFolder(t))
	if err != nil {
		t.Fatal(err)
	}
	var lists []bool
	for _, r := range log.FetchRuns() {
		lists = append(lists, r.FullList)
	}
	if !slices.Equal(lists, []bool{true, false, true, false}) {
		t.Errorf("lists of all Patients: %v", lists)
	}
	if n := len(log.Complete().Runs); n != 3 {
		t.Errorf("%d runs without errors of the server", n)
	}
}

func TestInputs(t *testing.T) {
	log, err := Open(logFolder(t))
	if err != nil {
		t.Fatal(err)
	}
	in, err := log.Inputs()
	if err != nil || len(in.Data) != 5 || len(in.Deletions) != 1 || len(in.Missing) > 0 || filepath.Base(in.All()[5]) != "_002-deleted-00001.ndjson" {
		t.Errorf("%+v", in)
	}
	log, err = Open(logFolder(t, "002-Patient-00001.ndjson", "_002-deleted-00001.ndjson"))
	if err != nil {
		t.Fatal(err)
	}
	if in, err := log.Inputs(); err != nil || !slices.Equal(in.Missing, []string{"002-Patient-00001.ndjson", "_002-deleted-00001.ndjson"}) {
		t.Errorf("missing: %v", in.Missing)
	}
}

func TestSummarize(t *testing.T) {
	log, err := Open(logFolder(t))
	if err != nil {
		t.Fatal(err)
	}
	tables := &dataset.Manifest{
		Inputs: []dataset.Input{{Name: "export/001-Patient-00001.ndjson", Rejects: 3}, {Name: "export/001-Coverage-00001.ndjson", Rejects: 4}},
		Runs:   []dataset.Run{{Number: 1}, {Number: 2}},
	}
	changes := []*dataset.ChangeSet{
		{Run: 2, FromRun: 1, Tables: []dataset.ChangedTable{{Name: "cclf1", Added: 1, Changed: 2, Removed: 3}, {Name: schema.AttributionTable, Changed: 9}}},
		{Run: 2, FromRun: 2, Tables: []dataset.ChangedTable{{Name: "cclf1", Added: 100}}},
	}
	text, err := json.Marshal(log.Summarize(tables, changes))
	if err != nil {
		t.Fatal(err)
	}
	var list []map[string]any
	if err := json.Unmarshal(text, &list); err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{
		"1 full 2 6 3 true 7 <nil> <nil> <nil> 0",
		"2 since 2 6 1 true 0 1 2 3 0",
		"4 since 1 3 3 false <nil> <nil> <nil> <nil> 0",
		"5 since 1 3 1 false <nil> <nil> <nil> <nil> 2",
	} {
		s := list[i]
		got := fmt.Sprintln(s["run"], s["kind"], s["files"], s["bytes"], s["resources"], s["published"], s["rejected"], s["added"], s["changed"], s["removed"], s["server_errors"])
		if got != want+"\n" {
			t.Errorf("%s, want %s", got, want)
		}
	}
}
