//go:build cgo

package query

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cclf-tools/cclf/internal/dataset"
	"github.com/cclf-tools/cclf/internal/synth/synthtest"
	"github.com/cclf-tools/cclf/schema"
)

// databaseSet copies a data set into a data set in a database file.
func databaseSet(t *testing.T, parts string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "set")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := Export(t.Context(), parts, filepath.Join(dir, dataset.DatabaseFile), Options{}); err != nil {
		t.Fatal(err)
	}
	describe(t, dir, &dataset.Manifest{Format: dataset.DuckDB})
	return dir
}

// TestExport checks that queries of a database file return the same as queries of
// part files.
func TestExport(t *testing.T) {
	synthtest.WithoutRace(t)
	t.Parallel()
	parts := dataSet(t, map[string]string{
		"cclf1/part-00000.parquet":                       "SELECT '0001' AS CUR_CLM_UNIQ_ID, 12.50::DECIMAL(15,2) AS CLM_PMT_AMT, DATE '2024-02-29' AS CLM_FROM_DT",
		"cclf1/part-00001.parquet":                       "SELECT '0002' AS CUR_CLM_UNIQ_ID, NULL::DECIMAL(15,2) AS CLM_PMT_AMT, NULL::DATE AS CLM_FROM_DT",
		"cclf9/part-00000.csv":                           "CRNT_NUM,PRVS_ID_OBSLT_DT\n007,2024-01-01\n,\n",
		"extra/part-00000.parquet":                       "SELECT range AS n FROM range(200_000)",
		"partially_adjudicated/cclf1/part-00000.parquet": "SELECT '0003' AS CUR_CLM_UNIQ_ID",
	})
	dir := databaseSet(t, parts)
	for name := range contents(t, dir) {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != 0o600 || name != dataset.DatabaseFile && name != dataset.ManifestFile {
			t.Errorf("%s, mode %v", name, info.Mode())
		}
	}
	want, err := Open(t.Context(), parts, options(parts, Options{}))
	if err != nil {
		t.Fatal(err)
	}
	defer want.Close()
	got, err := Open(t.Context(), dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer got.Close()
	for _, sql := range []string{
		"FROM cclf1",
		"FROM cclf2",
		"FROM cclf9",
		"FROM partially_adjudicated.cclf1",
		"SELECT count(*), sum(n), bool_and(n = row) FROM (SELECT n, row_number() OVER () - 1 AS row FROM extra)",
		"SELECT schema_name, table_name, column_name, data_type, comment FROM duckdb_columns() WHERE NOT internal AND NOT starts_with(table_name, '_result') ORDER BY ALL",
		"SELECT schema_name, view_name, comment FROM duckdb_views() WHERE NOT internal ORDER BY ALL",
		"SHOW ALL TABLES",
		"CREATE TEMP TABLE t AS FROM cclf1; FROM t; CREATE MACRO m() AS TABLE FROM cclf9; FROM m()",
	} {
		if diff := cmp.Diff(get(t, want, sql), get(t, got, sql)); diff != "" {
			t.Errorf("%s (-parts +database):\n%s", sql, diff)
		}
	}

	// The database file alone.
	db, err := connect(t.Context(), Options{}, -1, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.exec(t.Context(), "ATTACH "+quote(filepath.Join(dir, dataset.DatabaseFile))+" AS x (READ_ONLY)"); err != nil {
		t.Fatal(err)
	}
	comments := get(t, db, "SELECT comment FROM duckdb_columns() WHERE database_name = 'x' AND schema_name = 'main' AND column_name = 'CLM_PMT_AMT'")
	if diff := cmp.Diff([][]any{{schema.Lookup("cclf1").Field("CLM_PMT_AMT").Description}}, comments); diff != "" {
		t.Errorf("comment (-want +got):\n%s", diff)
	}
}

// TestExportErrors checks that a failed export leaves nothing behind.
func TestExportErrors(t *testing.T) {
	t.Parallel()
	parts := dataSet(t, map[string]string{
		"cclf1/part-00000.parquet": "SELECT 1 AS a",
		"cclf2/part-00000.parquet": "no Parquet",
	})
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	for _, tt := range []struct {
		name string
		ctx  context.Context
		dir  string
		want string
	}{
		{"bad file", t.Context(), parts, "table cclf2"},
		{"no folder", t.Context(), filepath.Join(parts, "nowhere"), "no such file"},
		{"cancelled", cancelled, parts, "canceled"},
	} {
		out := t.TempDir()
		err := Export(tt.ctx, tt.dir, filepath.Join(out, "x.duckdb"), Options{})
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", tt.name, err, tt.want)
		}
		if entries, err := os.ReadDir(out); err != nil || len(entries) > 0 {
			t.Errorf("%s: %v left in the folder, %v", tt.name, entries, err)
		}
	}
}

// TestExportPatterns checks that paths are taken literally.
func TestExportPatterns(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "a[b]*")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(dataSet(t, map[string]string{"cclf1/part-00000.parquet": "SELECT 1 AS a"}), filepath.Join(dir, "set")); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "it's.duckdb")
	if err := Export(t.Context(), filepath.Join(dir, "set"), file, Options{}); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(file); err != nil {
		t.Error(err)
	}
}

// TestFormatsWithoutTables opens data sets that cannot be queried.
func TestFormatsWithoutTables(t *testing.T) {
	t.Parallel()
	for manifest, want := range map[string]string{
		`{"schema_version":1,"format":"fixed"}`:  "format cannot be queried: fixed",
		`{"schema_version":1,"format":"arrow"}`:  "format cannot be queried: arrow",
		`{"schema_version":1,"format":"duckdb"}`: "cclf.duckdb",
		`{"schema_version":1,"format":"orc"}`:    `unknown format "orc"`,
		`{"schema_version":2,"format":7}`:        "schema version 2",
		`{"format":"csv"}`:                       "no schema version",
		`{"format":`:                             "_manifest.json",
	} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, dataset.ManifestFile), []byte(manifest), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := Open(t.Context(), dir, Options{})
		if _, ok := errors.AsType[*DataSetError](err); !ok || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want a DataSetError with %q", manifest, err, want)
		}
	}
}
