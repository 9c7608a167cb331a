package convert

import (
	"errors"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cclf-tools/cclf/internal/dataset"
	"github.com/cclf-tools/cclf/internal/synth/synthtest"
)

// TestTables checks that the selected tables are written as they are without a
// selection, and nothing else changes.
func TestTables(t *testing.T) {
	synthtest.WithoutRace(t)
	claim := someClaim("CARRIER", "1", "p")
	in := export{"in.ndjson": lines(
		claim, with(claim, object{"meta": updated("2024-04-01T00:00:00.000+00:00")}),
		someClaim("INPATIENT", "2", "stranger"), somePatient("p", "1A00A00AA00"), someCoverage("A", "p", "10"), someFISS("7"),
	)}
	for _, tt := range []struct {
		profile Profile
		tables  []string
	}{
		{PlainCCLF, []string{"CCLF5"}},
		{PlainCCLF, []string{"cclf8", "enrollment", partialFolder + "cclf1"}},
		{PlainCCLF, []string{"responses"}}, // of which there are no rows
		{Tuva, []string{"enrollment", "partb_physicians"}},
	} {
		all := in.convert(t, func(o *Options) { o.Profile = tt.profile })
		some := in.convert(t, func(o *Options) { o.Profile, o.Tables, o.AllowShrink = tt.profile, tt.tables, false })
		want := slices.DeleteFunc(slices.Clone(all.Tables), func(table ManifestTable) bool {
			return !slices.ContainsFunc(tt.tables, func(name string) bool {
				return table.Name == name || table.Name == partialFolder+name || name == "CCLF5" && table.Name == "cclf5"
			})
		})
		if len(want) != len(tt.tables) {
			t.Fatalf("%v: the export has %d of the tables", tt.tables, len(want))
		}
		if diff := cmp.Diff(want, some.Tables); diff != "" {
			t.Errorf("%v: tables (-without selection +with):\n%s", tt.tables, diff)
		}
		if diff := cmp.Diff(all.Counts, some.Counts); diff != "" {
			t.Errorf("%v: counts (-without selection +with):\n%s", tt.tables, diff)
		}
		for key := range some.PartialDates {
			t.Errorf("%v: a count of %s", tt.tables, key)
		}
	}
}

// TestManifestOfTables checks what the manifest says of the rows of a table beside
// their number.
func TestManifestOfTables(t *testing.T) {
	in := export{"in.ndjson": lines(
		someClaim("INPATIENT", "1", "p"),
		with(someClaim("OUTPATIENT", "2", "p"), object{"billablePeriod": object{"start": "2023-11-30", "end": "2023-12-31"}}),
	)}
	for _, tt := range []struct {
		profile Profile
		table   string
	}{{PlainCCLF, "cclf1"}, {Tuva, "parta_claims_header"}} {
		c := in.convert(t, func(o *Options) {
			o.Profile, o.Tables = tt.profile, []string{tt.table}
			o.Runs = func() ([]FetchRun, error) {
				return []FetchRun{
					{Number: 1, TransactionTime: "2024-01-01T00:00:00Z", Files: []string{"moved-away.ndjson"}},
					{Number: 2, TransactionTime: "2024-02-01T00:00:00.5Z", Files: []string{filepath.Join(o.Inputs[0], "in.ndjson")}},
					{Number: 3, TransactionTime: "2024-03-01T00:00:00+00:00"},
				}, nil
			}
		})
		table := c.Tables[0]
		if table.DateColumn != "CLM_THRU_DT" || len(table.SchemaSHA256) != 64 {
			t.Errorf("%s: date column %q, hash %q", tt.table, table.DateColumn, table.SchemaSHA256)
		}
		if f := table.Files[0]; f.MinDate != "2023-12-31" || f.MaxDate != "2024-01-07" {
			t.Errorf("%s: dates from %q to %q", tt.table, f.MinDate, f.MaxDate)
		}
		want := []dataset.Run{
			{Number: 2, TransactionTime: "2024-02-01T00:00:00.5Z"},
			{Number: 3, TransactionTime: "2024-03-01T00:00:00+00:00"},
		}
		if diff := cmp.Diff(want, c.Runs); diff != "" {
			t.Errorf("runs (-want +got):\n%s", diff)
		}
	}
}

// TestUnknownTables checks that names of no table of the profile are refused.
func TestUnknownTables(t *testing.T) {
	for _, opts := range []Options{
		{Tables: []string{"cclf0"}},
		{Tables: []string{"cclf1", ""}},
		{Tables: []string{"partb_dme"}},
		{Tables: []string{"cclf1"}, Profile: Tuva},
	} {
		opts.Inputs, opts.Out = []string{"none"}, t.TempDir()
		if _, err := opts.resolve(); !errors.Is(err, ErrOptions) {
			t.Errorf("tables %q, profile %q: error %v, want ErrOptions", opts.Tables, opts.Profile, err)
		}
	}
}
