package convert

import (
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cclf-tools/cclf/internal/synth"
	"github.com/cclf-tools/cclf/internal/synth/synthtest"
	"github.com/cclf-tools/cclf/schema"
)

// TestAgreement converts synthetic exports and compares every cell with the
// records that they were made from. The two sides are written apart: synth
// makes FHIR as the server does and knows nothing of the crosswalk.
func TestAgreement(t *testing.T) {
	for _, api := range synth.APIs() {
		for seed := range seeds(4, 1) {
			opts := synth.Options{API: api, Beneficiaries: 15, Seed: seed, Gzip: seed == 1, Traps: seed%4 != 3}
			if !opts.Traps {
				opts.Beneficiaries = 20
			}
			agree(t, opts)
		}
	}
}

// TestAgreementOfDialects is TestAgreement with exports of servers of other dates,
// and with edge cases.
func TestAgreementOfDialects(t *testing.T) {
	synthtest.WithoutRace(t)
	// Edge cases that an export must have for the comparison to mean something.
	edges := []string{
		"amounts with exponents", "amounts with more decimals", "keys that occur twice", "dates that are none", "partial dates",
		"claims with the MBI in an extension", "claims without a Patient", "other names", "other addresses",
		"status draft", "status entered-in-error", "state code 22", "state code 40", "state code 58", "claim type code 82",
	}
	ccw := []string{"lines that point at the last diagnosis", "lines with the diagnosis 9999999", "no coding of the claim type"}
	ofVersion := map[string][]string{
		"v1": ccw, "v2": ccw,
		"v3": {"drugs without a quantity", "prior authorizations", "claim type code 1019", "claim type code 2900"},
	}
	dates := map[string][]string{
		"v1": {"", "2021-06"},
		"v2": {"", "2021-06", "2022-04"},
		"v3": {"", "2026-03", "2026-05", "2026-06"},
	}
	enough := map[string]int{"v1": 15, "v2": 15, "v3": 25} // to have all edges
	for _, api := range synth.APIs() {
		for n, date := range dates[api] {
			plain := synth.Options{API: api, Beneficiaries: 3, Seed: uint64(n), ServerDate: date, Traps: n%2 == 1}
			odd := synth.Options{API: api, Beneficiaries: enough[api], Seed: uint64(20 + n), ServerDate: date, EdgeCases: true}
			if date != "" {
				agree(t, plain)
			}
			agree(t, odd, append(slices.Clone(edges), ofVersion[api]...)...)
		}
	}
}

// agree makes an export, converts it and compares the rows. The export must
// have the edge cases.
func agree(t *testing.T, opts synth.Options, edges ...string) {
	orders := []synth.KeyOrder{synth.Alphabetical, synth.Model, synth.Shuffle}
	opts.KeyOrder = orders[opts.Seed%uint64(len(orders))]
	name := fmt.Sprintf("%s-%d-%s", opts.API, opts.Seed, opts.KeyOrder)
	if opts.ServerDate != "" {
		name += "-" + opts.ServerDate
	}
	t.Run(name, func(t *testing.T) {
		t.Parallel()
		export, out := t.TempDir(), t.TempDir()
		opts.Dir, opts.Truth = export, true
		stats, err := synth.Write(t.Context(), opts)
		if err != nil {
			t.Fatal(err)
		}
		for _, kind := range edges {
			if stats.EdgeCases[kind] == 0 {
				t.Errorf("the export has no %s", kind)
			}
		}
		m, err := Run(t.Context(), Options{
			Inputs: []string{export}, Out: out, Format: CSV, MaxRejects: 0,
		})
		if err != nil {
			t.Fatal(err)
		}
		if len(m.APIs) != 1 || m.APIs[0] != opts.API {
			t.Errorf("recognized as %v", m.APIs)
		}
		for _, table := range truthTables() {
			truth := sortedRows(t, filepath.Join(export, "truth", table.Name+".csv"))
			got := sortedRows(t, partPath(t, out, table.Name, CSV))
			compareRows(t, table, truth, got)
		}
		if opts.API != "v1" {
			comparePartial(t, filepath.Join(export, "truth", "partially_adjudicated"), filepath.Join(out, "partially_adjudicated"))
		}
	})
}

// comparePartial compares the tables of partially adjudicated claims. Without
// such claims convert makes none.
func comparePartial(t *testing.T, truth, out string) {
	t.Helper()
	for _, table := range schema.AllTables() {
		if !table.Partial && (table.Side || len(table.Claims) == 0) {
			continue
		}
		want, got := sortedRows(t, filepath.Join(truth, table.Name+".csv")), [][]string(nil)
		if fileExists(filepath.Join(out, table.Name)) {
			got = sortedRows(t, partPath(t, out, table.Name, CSV))
		}
		compareRows(t, table, want, got)
	}
}

func fileExists(name string) bool {
	_, err := os.Stat(name)
	return err == nil
}

// truthTables are the tables that synth has the truth of.
func truthTables() []*schema.Table {
	return slices.DeleteFunc(slices.Clone(schema.AllTables()), func(t *schema.Table) bool { return t.Partial })
}

// compareRows reports the first rows that differ, by label.
func compareRows(t *testing.T, table *schema.Table, want, got [][]string) {
	t.Helper()
	if len(want) != len(got) {
		t.Errorf("%s: %d rows, want %d", table.Name, len(got), len(want))
	}
	reported := 0
	for i := range min(len(want), len(got)) {
		if slices.Equal(want[i], got[i]) {
			continue
		}
		t.Errorf("%s row %d (-want +got):\n%s", table.Name, i, cmp.Diff(byLabel(table, want[i]), byLabel(table, got[i])))
		if reported++; reported == 3 {
			return
		}
	}
}

func byLabel(table *schema.Table, row []string) map[string]string {
	m := map[string]string{}
	for i, v := range row {
		m[table.Fields[i].Label] = v
	}
	return m
}

// sortedRows reads the rows of a CSV file, without its header.
func sortedRows(t *testing.T, name string) [][]string {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows[1:] {
		if i := slices.Index(rows[0], "SOURCE_FILE"); i >= 0 {
			row[i] = filepath.Base(row[i]) // synth does not know the folder of the export
		}
	}
	rows = rows[1:]
	slices.SortFunc(rows, slices.Compare[[]string])
	return rows
}
