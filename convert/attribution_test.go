package convert

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// history writes the files of runs, each with a full list of Patients, and returns the
// files and the runs.
func history(t *testing.T, runs ...[]object) (inputs []string, list func() ([]FetchRun, error)) {
	t.Helper()
	dir := t.TempDir()
	var all []FetchRun
	for i, resources := range runs {
		path := filepath.Join(dir, fmt.Sprintf("%03d-all.ndjson", i+1))
		if err := os.WriteFile(path, []byte(lines(resources...)), 0o600); err != nil {
			t.Fatal(err)
		}
		inputs = append(inputs, path)
		all = append(all, FetchRun{Number: i + 1, TransactionTime: fmt.Sprintf("2026-0%d-01T00:00:00.000-05:00", i+1), Files: []string{path}, FullList: true})
	}
	return inputs, func() ([]FetchRun, error) { return all, nil }
}

// TestAttribution checks who was seen in which runs.
func TestAttribution(t *testing.T) {
	p, q, s := somePatient("p", "1EG4TE5MK73"), somePatient("q", "1EG4TE5MK74"), somePatient("s", "1EG4TE5MK75")
	inputs, runs := history(t, []object{p, q}, []object{q, s}, []object{p, q, deleted("Patient/s")})
	out := t.TempDir()
	m, err := Run(t.Context(), Options{Inputs: inputs, Runs: runs, Out: out, Format: CSV})
	if err != nil {
		t.Fatal(err)
	}
	c := &converted{Manifest: m, dir: out}
	var got []string
	for _, row := range c.table(t, "attribution") {
		got = append(got, fmt.Sprint(row["PATIENT_ID"], " ", row["BENE_MBI_ID"], " ", row["FIRST_RUN"], "-", row["LAST_RUN"], " ", row["LAST_SEEN"], " ", row["CURRENT"]))
	}
	want := []string{
		"p 1EG4TE5MK73 1-3 2026-03-01T00:00:00.000-05:00 Y",
		"q 1EG4TE5MK74 1-3 2026-03-01T00:00:00.000-05:00 Y",
		"s  2-2 2026-02-01T00:00:00.000-05:00 N",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if c.Counts.Leavers != 1 {
		t.Errorf("%d leavers", c.Counts.Leavers)
	}
}

// TestLeavers checks that with their leavers dropped, the tables are those of an export
// of who is in the newest list.
func TestLeavers(t *testing.T) {
	of := func(id, mbi, day string) []object {
		stamp := object{"meta": updated(day)}
		contained := list{object{"resourceType": "Patient", "identifier": list{object{"system": usMBI, "value": mbi}}}}
		return []object{
			with(somePatient(id, mbi), stamp), with(someCoverage("A", id, "10"), stamp), with(someCoverage("B", id, "10"), stamp),
			with(someClaim("CARRIER", "1"+id, id), stamp), with(someClaim("INPATIENT", "2"+id, id), stamp),
			with(someFISS("3"+id), object{"meta": updated(day), "contained": contained}),
		}
	}
	p, q := of("p", "1EG4TE5MK73", "2026-03-01T00:00:00Z"), of("q", "1EG4TE5MK74", "2024-02-01T00:00:00Z")
	inputs, runs := history(t, append(p, q...), q[:1])
	want := export{"a.ndjson": lines(q...)}.convert(t)
	for _, leavers := range []Leavers{KeepLeavers, DropLeavers} {
		opts := Options{Inputs: inputs, Runs: runs, Out: t.TempDir(), Format: CSV, Leavers: leavers}
		m, err := Run(t.Context(), opts)
		if err != nil {
			t.Fatal(err)
		}
		got := &converted{Manifest: m, dir: opts.Out}
		if m.Counts.Leavers != 1 {
			t.Errorf("%s: %d leavers", leavers, m.Counts.Leavers)
		}
		if leavers == KeepLeavers {
			if rows := got.table(t, "cclf5"); len(rows) != 2 {
				t.Errorf("%d lines of claims", len(rows))
			}
			continue
		}
		if n := m.Counts.PartiallyAdjudicated; n != 1 {
			t.Errorf("%d partially adjudicated claims without leavers, want 1", n)
		}
		for _, table := range want.Tables {
			if diff := cmp.Diff(withoutLines(want.table(t, table.Name)), withoutLines(got.table(t, table.Name))); diff != "" {
				t.Errorf("%s of an export (-) and without leavers (+): %s", table.Name, diff)
			}
		}
	}
	opts := Options{Inputs: inputs, Out: t.TempDir(), Leavers: DropLeavers}
	if _, err := Run(t.Context(), opts); err == nil {
		t.Error("leavers without runs are no error")
	}
}

// TestUnrelated publishes lists of Patients of one organization, and refuses those of
// another one, also when they come again, and those after them, until they are allowed.
func TestUnrelated(t *testing.T) {
	t.Parallel()
	people := func(from, to int) (list []object) {
		for i := from; i < to; i++ {
			list = append(list, somePatient(fmt.Sprint("p", i), fmt.Sprintf("1EG4TE5MK%02d", i)))
		}
		return list
	}
	a, b := people(0, 30), people(28, 60) // two went from one to the other
	for _, tt := range []struct {
		name    string
		lists   [][]object
		refused []int // the run that is named, or 0, after each run
		allowed int   // the run that is allowed all the same
	}{
		{"half of them stay", [][]object{a, people(15, 45), people(30, 60)}, []int{0, 0, 0}, 0},
		{"a shorter list", [][]object{a, people(28, 30), a}, []int{0, 0, 0}, 0},
		{"nobody is left", [][]object{a, nil, a}, []int{0, 0, 0}, 0},
		{"others", [][]object{a, people(40, 41)}, []int{0, 2}, 0},
		{"nearly all are others", [][]object{a, b}, []int{0, 2}, 0},
		{"others again", [][]object{a, b, b}, []int{0, 2, 2}, 0},
		{"others, and those from before", [][]object{a, b, a}, []int{0, 2, 2}, 0},
		{"others are allowed", [][]object{a, b, b, b, a}, []int{0, 2, 0, 0, 0}, 3},
	} {
		inputs, runs := history(t, tt.lists...)
		all, err := runs()
		if err != nil {
			t.Fatal(err)
		}
		out := t.TempDir()
		for n := 1; n <= len(inputs); n++ {
			list := func() ([]FetchRun, error) { return all[:n], nil }
			_, err := Run(t.Context(), Options{Inputs: inputs[:n], Runs: list, Out: out, Overwrite: true, Format: CSV, AllowUnrelated: n == tt.allowed})
			refused := 0
			if errors.Is(err, ErrUnrelated) {
				_, err = fmt.Sscanf(err.Error(), "run %d ", &refused)
			}
			if err != nil || refused != tt.refused[n-1] {
				t.Errorf("%s: after run %d, run %d is refused, %v", tt.name, n, refused, err)
			}
		}
		if _, err := Run(t.Context(), Options{Inputs: inputs[:2], Runs: func() ([]FetchRun, error) { return all[:2], nil }, Out: t.TempDir(), Format: CSV}); errors.Is(err, ErrUnrelated) != (tt.refused[1] > 0) {
			t.Errorf("%s: two runs without a data set: %v", tt.name, err)
		}
	}
}
