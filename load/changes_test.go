package load_test

import (
	"bytes"
	"encoding/csv"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"github.com/cclf-tools/cclf/convert"
	"github.com/cclf-tools/cclf/internal/synth/synthtest"
	"github.com/cclf-tools/cclf/load"
	"github.com/cclf-tools/cclf/schema"
)

// TestPostgresChanges loads the tables of a log, and then the changes of its runs.
func TestPostgresChanges(t *testing.T) {
	synthtest.WithoutRace(t)
	t.Parallel()
	url, conn := database(t)
	dir, err := export()
	if err != nil {
		t.Fatal(err)
	}
	names, err := filepath.Glob(filepath.Join(dir, "*.ndjson*"))
	if err != nil || len(names) == 0 {
		t.Fatal(names, err)
	}
	opts := convert.Options{Inputs: names, Out: t.TempDir(), Overwrite: true, Changes: true, Versions: convert.AllVersions}
	var runs []convert.FetchRun
	opts.Runs = func() ([]convert.FetchRun, error) { return runs, nil }
	next := func(files ...string) {
		t.Helper()
		opts.Inputs = append(opts.Inputs, files...)
		runs = append(runs, convert.FetchRun{Number: len(runs) + 1, TransactionTime: "2026-01-01T00:00:00Z", Files: files})
		if _, err := convert.Run(t.Context(), opts); err != nil {
			t.Fatal(err)
		}
	}
	// check loads the tables, and compares them; changed counts those to which only changes
	// were applied.
	check := func(what string) (changed int, moved int64) {
		t.Helper()
		set := open(t, opts.Out)
		tables, err := load.Postgres(t.Context(), set, url, load.Options{Schema: "lake", Changes: true})
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		text := opts
		text.Out, text.Format, text.Changes = t.TempDir(), convert.CSV, false
		if _, err := convert.Run(t.Context(), text); err != nil {
			t.Fatal(err)
		}
		want := open(t, text.Out)
		for i, table := range tables {
			if table.Changes {
				changed++
			}
			moved += table.Inserted + table.Deleted
			for _, f := range want.Files(want.Manifest.Tables[i]) {
				compareRows(t, conn, table.Name, f.Path)
			}
		}
		return changed, moved
	}
	opts.Inputs = nil
	next(names...)
	all := len(open(t, opts.Out).Manifest.Tables)
	if changed, _ := check("first load"); changed != 0 {
		t.Errorf("first load: changes of %d tables", changed)
	}
	next(canceled(t, names, 3))
	next(canceled(t, names, 2))
	if changed, moved := check("two runs"); changed != all || moved == 0 {
		t.Errorf("two runs: changes of %d of %d tables, %d rows", changed, all, moved)
	}
	if changed, moved := check("the same again"); changed != all || moved != 0 {
		t.Errorf("the same again: changes of %d of %d tables, %d rows", changed, all, moved)
	}
	// A table that others changed is compared as a whole.
	if _, err := conn.Exec(t.Context(), "DELETE FROM lake.cclf8 WHERE bene_mbi_id = (SELECT min(bene_mbi_id) FROM lake.cclf8)"); err != nil {
		t.Fatal(err)
	}
	if changed, moved := check("after a deletion"); changed != all-1 || moved == 0 {
		t.Errorf("after a deletion: changes of %d of %d tables, %d rows", changed, all, moved)
	}
	// So are all tables if no changes lead to them.
	opts.Changes = false
	next(canceled(t, names, 5))
	if changed, _ := check("without changes"); changed != 0 {
		t.Errorf("without changes: changes of %d tables", changed)
	}
}

// compareRows is compareTable without the columns that say where a row is from: changes
// leave them as they are.
func compareRows(t *testing.T, conn *pgx.Conn, table, file string) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	header, _, _ := strings.Cut(string(text), "\n")
	labels := strings.Split(header, ",")
	var columns []string
	for _, label := range labels {
		if !schema.IsProvenance(label) {
			columns = append(columns, schema.Postgres.Identifier(label))
		}
	}
	var b bytes.Buffer
	if _, err := conn.PgConn().CopyTo(t.Context(), &b, "COPY (SELECT "+strings.Join(columns, ", ")+" FROM "+table+") TO STDOUT WITH (FORMAT csv)"); err != nil {
		t.Fatal(err)
	}
	rows := func(text string, skip bool) (list []string) {
		records, err := csv.NewReader(strings.NewReader(text)).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		for _, record := range records {
			var row []string
			for i, v := range record {
				if !skip || !schema.IsProvenance(labels[i]) {
					row = append(row, v)
				}
			}
			list = append(list, strings.Join(row, "|"))
		}
		return list
	}
	want, got := rows(string(text), true)[1:], rows(b.String(), false)
	slices.Sort(want)
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" && len(want)+len(got) > 0 {
		t.Errorf("%s (-want +got):\n%s", table, diff)
	}
}

// canceled writes every n-th claim, canceled and updated.
func canceled(t *testing.T, names []string, n int) string {
	t.Helper()
	var b bytes.Buffer
	at := 0
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(text)) {
			if at++; at%n == 0 && strings.Contains(line, `"ExplanationOfBenefit"`) {
				b.WriteString(strings.Replace(strings.Replace(line, `"lastUpdated":"20`, `"lastUpdated":"21`, 1), `"status":"active"`, `"status":"cancelled"`, 1))
			}
		}
	}
	name := filepath.Join(t.TempDir(), "canceled.ndjson")
	if err := os.WriteFile(name, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}
