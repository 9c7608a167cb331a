package convert

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cclf-tools/cclf/internal/synth/synthtest"
)

// deleted is a Bundle that deletes resources.
func deleted(urls ...string) object {
	var entries list
	for _, url := range urls {
		entries = append(entries, object{"request": object{"method": "DELETE", "url": url}})
	}
	return object{"resourceType": "Bundle", "type": "transaction", "entry": entries}
}

// TestDeletions checks that a deletion removes what came before it.
func TestDeletions(t *testing.T) {
	synthtest.WithoutRace(t)
	one, two := someClaim("CARRIER", "1", "p"), someClaim("CARRIER", "2", "p")
	newer, older := with(one, object{"meta": updated("2024-05-01T00:00:00Z")}), with(one, object{"meta": updated("2024-01-01T00:00:00Z")})
	for _, tt := range []struct {
		name               string
		resources          []object
		want               []string
		deletions, deleted int64
	}{
		{"a claim", []object{one, two, deleted("ExplanationOfBenefit/carrier-1")}, []string{"2"}, 1, 1},
		{"all versions", []object{newer, one, two, deleted("ExplanationOfBenefit/carrier-1")}, []string{"2"}, 1, 2},
		{"and back", []object{newer, two, deleted("ExplanationOfBenefit/carrier-1"), older}, []string{"2", "1"}, 1, 1},
		{"back and gone", []object{one, deleted("ExplanationOfBenefit/carrier-1"), one, two, deleted("ExplanationOfBenefit/carrier-1")}, []string{"2"}, 2, 2},
		{"before it is there", []object{deleted("ExplanationOfBenefit/carrier-1"), one, two}, []string{"1", "2"}, 1, 0},
		{"another type", []object{one, two, deleted("Coverage/carrier-1", "Practitioner/carrier-1")}, []string{"1", "2"}, 2, 0},
		{"a complete address", []object{one, two, deleted("https://x.gov/v2/fhir/ExplanationOfBenefit/carrier-1")}, []string{"2"}, 1, 1},
		{"a version", []object{one, two, deleted("ExplanationOfBenefit/carrier-1/_history/2")}, []string{"2"}, 1, 1},
		{"several", []object{one, two, someClaim("CARRIER", "3", "p"), deleted("ExplanationOfBenefit/carrier-1", "ExplanationOfBenefit/carrier-2")}, []string{"3"}, 2, 2},
	} {
		for name, files := range map[string]export{"one file": {"a.ndjson": lines(tt.resources...)}, "files": inFiles(tt.resources)} {
			c := files.convert(t)
			if diff := cmp.Diff(tt.want, c.column(t, "cclf5", "CUR_CLM_UNIQ_ID")); diff != "" {
				t.Errorf("%s, %s: %s", tt.name, name, diff)
			}
			if got, want := [3]int64{c.Counts.Deletions, c.Counts.Deleted, c.Counts.Rejected}, [3]int64{tt.deletions, tt.deleted, 0}; got != want {
				t.Errorf("%s, %s: %d deletions, %d deleted, %d rejected, want %d", tt.name, name, got[0], got[1], got[2], want)
			}
		}
	}
}

// TestDeletedBeneficiary checks that nothing of a deleted Patient or Coverage is left
// in the rows of others.
func TestDeletedBeneficiary(t *testing.T) {
	synthtest.WithoutRace(t)
	keep := []object{someClaim("CARRIER", "1", "p"), someCoverage("A", "q", "10"), somePatient("q", "1EG4TE5MK74")}
	gone := []object{somePatient("p", "1EG4TE5MK73"), someCoverage("A", "p", "10"), someCoverage("B", "q", "11"),
		with(someClaim("HOSPICE", "9", "q"), object{"meta": updated("2027-01-01T00:00:00Z")})}
	want := export{"a.ndjson": lines(keep...)}.convert(t)
	got := export{
		"a.ndjson": lines(append(gone, keep...)...),
		"b.ndjson": lines(deleted("Patient/p", "Coverage/part-a-p", "Coverage/part-b-q", "ExplanationOfBenefit/hospice-9")),
	}.convert(t)
	for _, name := range []string{"cclf1", "cclf5", "cclf8", "cclf9", "enrollment", "claims"} {
		if diff := cmp.Diff(withoutLines(want.table(t, name)), withoutLines(got.table(t, name))); diff != "" {
			t.Errorf("%s without (-) and with (+) what was deleted: %s", name, diff)
		}
	}
}

// withoutLines removes from rows where they came from.
func withoutLines(rows []map[string]string) []map[string]string {
	for _, row := range rows {
		delete(row, "SOURCE_FILE")
		delete(row, "SOURCE_LINE")
	}
	return rows
}

// TestDeletionsOfRuns checks that the deletions of a run come before its resources,
// wherever they are among the inputs.
func TestDeletionsOfRuns(t *testing.T) {
	dir := t.TempDir()
	file := func(name string, resources ...object) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(lines(resources...)), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	one, two, three := someClaim("CARRIER", "1", "p"), someClaim("CARRIER", "2", "p"), someClaim("CARRIER", "3", "p")
	runs := []FetchRun{
		{Number: 1, Files: []string{file("001-a.ndjson", one, two, three)}},
		{Number: 2, Files: []string{file("_002-deleted.ndjson", deleted("ExplanationOfBenefit/carrier-1"))}},
		{Number: 3, Files: []string{file("003-a.ndjson", two), file("_003-deleted.ndjson", deleted("ExplanationOfBenefit/carrier-2", "ExplanationOfBenefit/carrier-3"))}},
		{Number: 4, Files: []string{file("004-a.ndjson", three)}},
		{Number: 5, Files: []string{file("_005-deleted.ndjson", deleted("ExplanationOfBenefit/carrier-3"))}},
	}
	data, gone := []string{runs[0].Files[0], runs[2].Files[0], runs[3].Files[0]}, []string{runs[1].Files[0], runs[2].Files[1], runs[4].Files[0]}
	for i, inputs := range [][]string{append(data[:3:3], gone...), append(gone[:3:3], data...)} {
		opts := Options{Inputs: inputs, Out: t.TempDir(), Format: CSV, Runs: func() ([]FetchRun, error) { return runs, nil }}
		m, err := Run(t.Context(), opts)
		if err != nil {
			t.Fatal(err)
		}
		c := &converted{Manifest: m, dir: opts.Out}
		if diff := cmp.Diff([]string{"2"}, c.column(t, "cclf5", "CUR_CLM_UNIQ_ID")); diff != "" {
			t.Errorf("order %d: %s", i, diff)
		}
	}
	failed := fmt.Errorf("no list")
	opts := Options{Inputs: data, Out: t.TempDir(), Runs: func() ([]FetchRun, error) { return nil, failed }}
	if _, err := Run(t.Context(), opts); err == nil {
		t.Error("an error of Runs is lost")
	}
}

// TestBadDeletions checks that deletions which cannot be applied are rejected.
func TestBadDeletions(t *testing.T) {
	synthtest.WithoutRace(t)
	for _, url := range []string{"", "Patient", "Patient/", "Patient?identifier=1", "1/2", "Patient/1?x=y"} {
		c := export{"a.ndjson": lines(someClaim("CARRIER", "1", "p"), deleted(url))}.convert(t)
		if c.Counts.Rejected != 1 || c.Counts.Deletions != 0 {
			t.Errorf("%q: %d rejected, %d deletions", url, c.Counts.Rejected, c.Counts.Deletions)
		}
	}
}
