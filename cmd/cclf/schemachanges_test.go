//go:build cgo

package main

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	_ "github.com/duckdb/duckdb-go/v2"

	"github.com/cclf-tools/cclf/convert"
	"github.com/cclf-tools/cclf/internal/dataset"
	"github.com/cclf-tools/cclf/internal/synth"
	"github.com/cclf-tools/cclf/internal/synth/synthtest"
	"github.com/cclf-tools/cclf/schema"
)

// growingLog converts a log of two runs, in the second of which claims were canceled and
// changed, and calls loaded after each of them.
func growingLog(t *testing.T, opts convert.Options, loaded func(run int)) {
	t.Helper()
	export := t.TempDir()
	if _, err := synth.Write(context.Background(), synth.Options{Dir: export, API: "v2", Beneficiaries: 3}); err != nil {
		t.Fatal(err)
	}
	names, err := filepath.Glob(filepath.Join(export, "*.ndjson*"))
	if err != nil || len(names) == 0 {
		t.Fatal(names, err)
	}
	opts.Inputs, opts.Changes, opts.Overwrite = names, true, true
	runs := []convert.FetchRun{{Number: 1, TransactionTime: "2026-01-01T00:00:00Z", Files: names}}
	opts.Runs = func() ([]convert.FetchRun, error) { return runs, nil }
	if _, err := convert.Run(t.Context(), opts); err != nil {
		t.Fatal(err)
	}
	loaded(1)

	var changed bytes.Buffer
	lastUpdated := regexp.MustCompile(`"lastUpdated":"[^"]*"`)
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for line := range strings.Lines(string(text)) {
			line = lastUpdated.ReplaceAllString(line, `"lastUpdated":"2031-01-01T00:00:00Z"`)
			switch n++; n % 5 {
			case 0:
				changed.WriteString(strings.Replace(line, `"status":"active"`, `"status":"cancelled"`, 1))
			case 1:
				changed.WriteString(strings.ReplaceAll(line, `"sequence":1,`, `"sequence":77,`))
			}
		}
	}
	more := filepath.Join(t.TempDir(), "more.ndjson")
	if err := os.WriteFile(more, changed.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	opts.Inputs = append(opts.Inputs, more)
	runs = append(runs, convert.FetchRun{Number: 2, TransactionTime: "2026-01-08T00:00:00Z", Files: []string{more}})
	if _, err := convert.Run(t.Context(), opts); err != nil {
		t.Fatal(err)
	}
	loaded(2)
}

// TestChangesInDuckDB loads a data set by the printed statements, applies the changes of
// the next run by them, twice, and compares all tables with the new data set: those of
// the dialect for DuckDB, and the MERGE of that for Databricks.
func TestChangesInDuckDB(t *testing.T) {
	synthtest.WithoutRace(t)
	for _, versions := range []convert.Versions{convert.FinalVersions, convert.AllVersions} {
		out := t.TempDir()
		db, err := sql.Open("duckdb", "")
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		exec := func(what, text string) {
			t.Helper()
			if _, err := db.ExecContext(t.Context(), text); err != nil {
				t.Fatalf("%s, %s: %v", versions, what, err)
			}
		}
		printed := func(o ddlOptions, write func(*ddlOptions, *bytes.Buffer) error) string {
			t.Helper()
			o.dir = out
			var b bytes.Buffer
			if err := write(&o, &b); err != nil {
				t.Fatal(err)
			}
			return b.String()
		}
		tables := func(o *ddlOptions, b *bytes.Buffer) error { return o.writeTables(b, "") }
		loads := func(o *ddlOptions, b *bytes.Buffer) error { return o.writeLoads(b, "") }
		changes := func(o *ddlOptions, b *bytes.Buffer) error { return o.writeChanges(b, "") }
		growingLog(t, convert.Options{Out: out, Versions: versions, Format: convert.Parquet}, func(run int) {
			if run == 1 {
				exec("create", printed(ddlOptions{ddl: "duckdb", noKeys: versions == convert.AllVersions}, tables))
				exec("load", printed(ddlOptions{load: "duckdb"}, loads))
				return
			}
			apply := printed(ddlOptions{load: "duckdb", after: "1"}, changes)
			compareTables(t, db, out, false)
			exec("changes", apply)
			compareTables(t, db, out, true)
			exec("changes again", apply)
			compareTables(t, db, out, true)
		})
		if again := printed(ddlOptions{load: "duckdb", after: "2"}, changes); again != "" {
			t.Errorf("there are changes after run 2: %s", again)
		}
		if err := (&ddlOptions{load: "duckdb", after: "7", dir: out}).writeChanges(&bytes.Buffer{}, ""); err == nil {
			t.Error("there are changes after run 7")
		}
	}
}

// compareTables compares the tables of a database with those of a data set.
func compareTables(t *testing.T, db *sql.DB, out string, equal bool) {
	t.Helper()
	set, err := dataset.Open(out)
	if err != nil {
		t.Fatal(err)
	}
	for _, table := range set.Manifest.Tables {
		name := strings.ReplaceAll(table.Name, "/", ".")
		columns := "* EXCLUDE (SOURCE_FILE, SOURCE_LINE)"
		if schema.Lookup(path.Base(table.Name)).Field("SOURCE_FILE") == nil {
			columns = "*"
		}
		files := fmt.Sprintf("read_parquet('%s/%s/*.parquet')", out, table.Name)
		// Bags of rows are equal if the sums of the hashes are.
		var loaded, converted string
		if err := db.QueryRow(fmt.Sprintf(`SELECT
			(SELECT concat(count(*), ' rows, ', sum(hash(r))) FROM (SELECT %[1]s FROM %[2]s) r),
			(SELECT concat(count(*), ' rows, ', sum(hash(r))) FROM (SELECT %[1]s FROM %[3]s) r)`, columns, name, files)).Scan(&loaded, &converted); err != nil {
			t.Fatal(err)
		}
		if loaded == converted {
			continue
		}
		if !equal {
			return
		}
		t.Errorf("%s has %s; the data set has %s", name, loaded, converted)
	}
	if !equal {
		t.Error("the run changed nothing")
	}
}

// TestMergeInDuckDB applies changes of keys with several rows, and of null keys, by the
// statements of each kind.
func TestMergeInDuckDB(t *testing.T) {
	synthtest.WithoutRace(t)
	table := &schema.Table{Name: "t", Key: []string{"K", "N"}, KeyHasNulls: true, Fields: []schema.Field{
		{Label: "K"}, {Label: "N", Type: schema.Type{Kind: schema.Int}}, {Label: "D", Type: schema.Type{Kind: schema.Date}}, {Label: "SOURCE_FILE"},
	}}
	for _, dialect := range []*schema.Dialect{schema.DuckDB, schema.Databricks, schema.Spark} {
		for _, test := range []struct {
			what, want string
			o          schema.ChangeOptions
		}{
			{"key", "a/1/2025-01-03 a/1/2025-01-03 b/1/2025-01-01 -/2/2025-01-09", schema.ChangeOptions{Key: table.Key}},
			// As whole rows, only those that are equal to rows of changes are deleted.
			{"rows", "a/1/2025-01-03 a/1/2025-01-03 b/1/2025-01-01 c/1/2025-01-04 -/2/- -/2/2025-01-09", schema.ChangeOptions{}},
			{"replaced", "a/1/2025-01-03 a/1/2025-01-03 -/2/2025-01-09", schema.ChangeOptions{Key: table.Key, Replaced: true}},
		} {
			db, err := sql.Open("duckdb", "")
			if err != nil {
				t.Fatal(err)
			}
			exec := func(text string) {
				t.Helper()
				if _, err := db.ExecContext(t.Context(), text); err != nil {
					t.Fatalf("%s, %s: %v\n%s", dialect.Name, test.what, err, text)
				}
			}
			exec(`CREATE TABLE t (K VARCHAR, N BIGINT, D DATE, SOURCE_FILE VARCHAR);
				INSERT INTO t VALUES ('a', 1, '2025-01-01', 'x'), ('a', 1, '2025-01-02', 'x'), ('b', 1, '2025-01-01', 'x'),
					('c', 1, '2025-01-04', 'x'), (NULL, 2, NULL, 'x');
				CREATE TABLE t_changes (K VARCHAR, N BIGINT, D DATE, SOURCE_FILE VARCHAR, _op VARCHAR, _run BIGINT, _transaction_time VARCHAR);
				INSERT INTO t_changes VALUES ('a', 1, '2025-01-01', 'x', 'delete', 2, ''), ('a', 1, '2025-01-02', 'y', 'delete', 2, ''),
					('c', 1, '2025-01-05', 'x', 'delete', 2, ''), (NULL, 2, '2025-01-08', 'x', 'delete', 2, ''),
					('a', 1, '2025-01-03', 'x', 'insert', 2, ''), ('a', 1, '2025-01-03', 'y', 'insert', 2, ''), (NULL, 2, '2025-01-09', NULL, 'insert', 2, '');`)
			for range 2 {
				exec(dialect.BeginChanges() + dialect.ApplyChanges(table, test.o) + dialect.EndChanges())
				var got string
				if err := db.QueryRow(`SELECT string_agg(concat_ws('/', coalesce(K, '-'), N, coalesce(D::VARCHAR, '-')), ' ' ORDER BY K NULLS LAST, D NULLS FIRST) FROM t`).Scan(&got); err != nil {
					t.Fatal(err)
				}
				if got != test.want {
					t.Errorf("%s, %s: %s, want %s", dialect.Name, test.what, got, test.want)
				}
			}
			db.Close()
		}
	}
}
