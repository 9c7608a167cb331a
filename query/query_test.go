//go:build cgo

package query

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cclf-tools/cclf/internal/dataset"
	"github.com/cclf-tools/cclf/internal/render"
	"github.com/cclf-tools/cclf/internal/synth/synthtest"
	"github.com/cclf-tools/cclf/schema"
)

// dataSet writes a data set with the given files: content by name, or a SELECT with
// the rows for .parquet files.
func dataSet(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		path := filepath.Join(dir, name)
		err := os.MkdirAll(filepath.Dir(path), 0o700)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasPrefix(content, "SELECT") {
			var db *sql.DB
			if db, err = parquetWriter(); err != nil {
				t.Fatal(err)
			}
			_, err = db.Exec("COPY (" + content + ") TO " + quote(path) + " (FORMAT parquet)")
		} else {
			err = os.WriteFile(path, []byte(content), 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if format := formatOf(files); format != "" {
		describe(t, dir, &dataset.Manifest{Format: format})
	}
	return dir
}

// parquetWriter is the DuckDB that writes the files of all data sets of tests: to start one
// takes 10 ms of processor time.
var parquetWriter = sync.OnceValues(func() (*sql.DB, error) { return sql.Open("duckdb", "") })

// formatOf returns the format of files, or "" if they have different formats, which
// no manifest allows.
func formatOf(files map[string]string) dataset.Format {
	format := dataset.Format("")
	for name := range files {
		var f dataset.Format
		switch path.Ext(name) {
		case ".parquet":
			f = dataset.Parquet
		case ".csv":
			f = dataset.CSV
		default:
			continue
		}
		if format != "" && format != f {
			return ""
		}
		format = f
	}
	if format == "" {
		return dataset.Parquet
	}
	return format
}

// options returns opts for a data set of dataSet, which may lack a manifest.
func options(dir string, opts Options) Options {
	_, err := os.Stat(filepath.Join(dir, dataset.ManifestFile))
	opts.NoManifest = err != nil
	return opts
}

// describe writes a manifest that lists the part files in a folder.
func describe(t *testing.T, dir string, m *dataset.Manifest) {
	t.Helper()
	m.SchemaVersion = dataset.SchemaVersion
	tables := map[string]*dataset.Table{}
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		rel, err := filepath.Rel(dir, name)
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		file := dataset.File{Name: filepath.ToSlash(rel), Size: info.Size()}
		table, base := path.Split(file.Name)
		table = strings.TrimSuffix(table, "/")
		switch ext := path.Ext(base); {
		case ext == ".duckdb":
			m.Files = append(m.Files, file)
		case table != "" && table[0] != '_' && strings.HasPrefix(base, "part-") && (ext == ".csv" || ext == ".parquet"):
			if tables[table] == nil {
				tables[table] = &dataset.Table{Name: table}
			}
			tables[table].Files = append(tables[table].Files, file)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range slices.Sorted(maps.Keys(tables)) {
		m.Tables = append(m.Tables, *tables[name])
	}
	writeManifest(t, dir, m)
}

func writeManifest(t *testing.T, dir string, m any) {
	t.Helper()
	text, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, dataset.ManifestFile), text, 0o600); err != nil {
		t.Fatal(err)
	}
}

// open opens a data set with the given files.
func open(t *testing.T, files map[string]string) *DB {
	t.Helper()
	dir := dataSet(t, files)
	db, err := Open(t.Context(), dir, options(dir, Options{Threads: 1}))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

// get runs a script and returns the rows of all results.
func get(t *testing.T, db *DB, script string) [][]any {
	t.Helper()
	var all [][]any
	err := db.Run(t.Context(), script, func(rows *Rows) error {
		for rows.Next() {
			all = append(all, append([]any(nil), rows.Values()...))
		}
		return rows.Err()
	})
	if err != nil {
		t.Fatalf("%s: %v", script, err)
	}
	return all
}

// drain reads all rows.
func drain(rows *Rows) error {
	for rows.Next() {
	}
	return rows.Err()
}

// writeCSV writes a result as CSV.
func writeCSV(w io.Writer, rows *Rows) error {
	columns := make([]render.Column, len(rows.Columns()))
	for i, c := range rows.Columns() {
		columns[i].Name = c.Name
	}
	return render.WriteCSV(w, columns, rows, render.CSVOptions{})
}

func TestEmptyDataSet(t *testing.T) {
	synthtest.WithoutRace(t)
	t.Parallel()
	db := open(t, map[string]string{})
	for _, table := range schema.Tables() {
		var want [][]any
		for _, f := range table.Fields {
			want = append(want, []any{f.Label, sqlType(&f), f.Description})
		}
		got := get(t, db, "SELECT column_name, data_type, comment FROM duckdb_columns() WHERE table_name = "+
			quote(table.Name)+" ORDER BY column_index")
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("columns of %s (-want +got):\n%s", table.Name, diff)
		}
		if got := get(t, db, "FROM "+table.Name); len(got) != 0 {
			t.Errorf("%s has %d rows", table.Name, len(got))
		}
	}
	comment := get(t, db, "SELECT comment FROM duckdb_views() WHERE view_name = 'cclf1'")
	if diff := cmp.Diff([][]any{{schema.Lookup("cclf1").Comment()}}, comment); diff != "" {
		t.Errorf("comment of cclf1 (-want +got):\n%s", diff)
	}
}

func TestDataSet(t *testing.T) {
	t.Parallel()
	db := open(t, map[string]string{
		"cclf1/part-00000.parquet":      "SELECT '1' AS cur_clm_uniq_id, 12.50::DECIMAL(17,2) AS clm_pmt_amt",
		"cclf1/part-00001.parquet":      "SELECT '2' AS cur_clm_uniq_id, -0.05::DECIMAL(17,2) AS clm_pmt_amt",
		"cclf1/part-00002.parquet.part": "not finished",
		"cclf8/part-00000.csv": "\ufeffbene_mbi_id,bene_dob,bene_age,note\n" +
			"1S00EU7JH82,1940-02-29,84,\"a \"\"quoted\"\"\nnote\"\n01,,,\n",
		"cclf8/part-00001.csv": "bene_mbi_id,bene_dob,bene_age,note\r\n007,1950-01-01,74,x\r\n",
		"EXTRA/part-00000.csv": "code,n\n007,1\n",
		"_rejects/part-0.csv":  "a\n1\n",
		"empty/readme.txt":     "no part file",
	})
	for _, tt := range []struct {
		sql  string
		want [][]any
	}{
		{"FROM cclf1", [][]any{{"1", json.Number("12.50")}, {"2", json.Number("-0.05")}}},
		{"FROM cclf8", [][]any{
			{"1S00EU7JH82", time.Date(1940, 2, 29, 0, 0, 0, 0, time.UTC), int64(84), "a \"quoted\"\nnote"},
			{"01", nil, nil, nil},
			{"007", time.Date(1950, 1, 1, 0, 0, 0, 0, time.UTC), int64(74), "x"},
		}},
		{"FROM extra", [][]any{{"007", "1"}}},
		{"SELECT comment FROM duckdb_columns() WHERE table_name = 'cclf1' AND column_name = 'clm_pmt_amt'",
			[][]any{{schema.Lookup("cclf1").Field("CLM_PMT_AMT").Description}}},
	} {
		if diff := cmp.Diff(tt.want, get(t, db, tt.sql)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.sql, diff)
		}
	}
	rows, err := db.Tables(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var got []string
	for rows.Next() {
		if v := rows.Values(); v[1] != int64(0) {
			got = append(got, fmt.Sprint(v...))
		}
	}
	want := []string{
		fmt.Sprint("cclf1", 2, schema.Lookup("cclf1").Title),
		fmt.Sprint("cclf8", 3, schema.Lookup("cclf8").Title),
		fmt.Sprint("extra", 1, nil),
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("tables (-want +got):\n%s", diff)
	}
}

func TestOpenErrors(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		files map[string]string
		want  string
	}{
		{"both formats", map[string]string{"cclf1/part-0.csv": "a\n", "cclf1/part-1.parquet": "SELECT 1"}, "part-1.parquet is not a file of table cclf1 in format csv"},
		{"headers", map[string]string{"cclf1/part-0.csv": "a\n", "cclf1/part-1.csv": "b\n"}, "part-1.csv has different columns than part-0.csv"},
		{"no header", map[string]string{"cclf1/part-0.csv": ""}, "no header row"},
		{"bad header", map[string]string{"cclf1/part-0.csv": "a\"b\n"}, "header row"},
		{"bad parquet", map[string]string{"cclf2/part-0.parquet": "nonsense"}, "table cclf2"},
		{"two of a name", map[string]string{"cclf1/part-0.csv": "a\n", "CCLF1/part-0.csv": "a\n"}, "except for case"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := dataSet(t, tt.files)
			if formatOf(tt.files) == "" {
				describe(t, dir, &dataset.Manifest{Format: dataset.CSV})
			}
			_, err := Open(t.Context(), dir, Options{})
			if _, ok := errors.AsType[*DataSetError](err); !ok || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("Open: %v, want a DataSetError with %q", err, tt.want)
			}
		})
	}
	unfinished := dataSet(t, map[string]string{"cclf1/part-00000.csv": "a\n"})
	if err := os.Remove(filepath.Join(unfinished, dataset.ManifestFile)); err != nil {
		t.Fatal(err)
	}
	pattern := filepath.Join(t.TempDir(), "a[1]")
	if err := os.Mkdir(pattern, 0o700); err != nil {
		t.Fatal(err)
	}
	for dir, want := range map[string]string{
		filepath.Join(unfinished, "nowhere"):              "data set " + filepath.Join(unfinished, "nowhere") + ": no such file or directory",
		filepath.Join(unfinished, "cclf1/part-00000.csv"): "not a folder",
		unfinished: "no _manifest.json",
		pattern:    "takes it for a pattern; rename the folder",
	} {
		_, err := Open(t.Context(), dir, Options{})
		if _, ok := errors.AsType[*DataSetError](err); !ok || !strings.Contains(err.Error(), want) {
			t.Errorf("Open(%s): %v, want a DataSetError with %q", dir, err, want)
		}
	}
	if _, err := Open(t.Context(), filepath.Join(unfinished, "nowhere"), Options{}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Open of a missing folder: %v, want fs.ErrNotExist in it", err)
	}
	_, err := Open(t.Context(), dataSet(t, map[string]string{}), Options{MemoryLimit: "lots"})
	if e, ok := errors.AsType[*OptionError](err); !ok || *e != (OptionError{"MemoryLimit", "lots"}) || !errors.Is(err, ErrOptions) {
		t.Errorf("Open with an invalid option: %v, want an OptionError", err)
	}
}

func TestTempDirIsRemoved(t *testing.T) {
	synthtest.WithoutRace(t)
	t.Parallel()
	temp := t.TempDir()
	db, err := Open(t.Context(), dataSet(t, map[string]string{}), Options{TempDir: temp, MemoryLimit: "60MB", Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	// More than the limit, so it must spill.
	if err := db.Run(t.Context(), "CREATE TEMP TABLE t AS SELECT range AS n, repeat('x', 100) || range AS s FROM range(1_000_000)", nil); err != nil {
		t.Fatal(err)
	}
	spilled, err := filepath.Glob(filepath.Join(temp, "cclf-query-*", "*"))
	if err != nil || len(spilled) == 0 {
		t.Errorf("nothing was spilled: %v", err)
	}
	if err := db.Close(); err != nil {
		t.Error(err)
	}
	if left, _ := os.ReadDir(temp); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestOutOfMemory(t *testing.T) {
	t.Parallel()
	db, err := Open(t.Context(), dataSet(t, map[string]string{}), Options{MemoryLimit: "60MB", Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	// A single list, which cannot be spilled.
	err = db.Run(t.Context(), "SELECT list(repeat('x', 1000) || range) FROM range(1_000_000)", drain)
	e, ok := errors.AsType[*Error](err)
	if !ok || !strings.HasPrefix(e.Msg, "Out of Memory Error: ") || strings.Contains(e.Msg, "\n") || !errors.Is(err, ErrOutOfMemory) {
		t.Errorf("%v, want ErrOutOfMemory on one line", err)
	}
}

func TestBatches(t *testing.T) {
	t.Parallel()
	db := open(t, map[string]string{})
	for _, n := range []int{0, 1, batchRows - 1, batchRows, batchRows + 1, 2*batchRows + 5} {
		rows, err := db.Query(t.Context(), fmt.Sprintf("SELECT range AS rowid, -range AS rowid FROM range(%d) ORDER BY range DESC", n))
		if err != nil {
			t.Fatal(err)
		}
		want := []Column{{"rowid", "BIGINT"}, {"rowid", "BIGINT"}}
		if diff := cmp.Diff(want, rows.Columns()); diff != "" {
			t.Errorf("columns (-want +got):\n%s", diff)
		}
		next := int64(n) - 1
		for rows.Next() {
			if v := rows.Values(); v[0] != next || v[1] != -next {
				t.Fatalf("row %v, want %d", v, next)
			}
			next--
		}
		if next != -1 || rows.Err() != nil {
			t.Errorf("%d of %d rows missing: %v", next+1, n, rows.Err())
		}
		if rows.Next() {
			t.Error("Next is true after the end")
		}
		if err := errors.Join(rows.Close(), rows.Close()); err != nil {
			t.Error(err)
		}
	}
}

// TestEnded checks that a statement ends the result of the one before, which says so
// instead of looking complete.
func TestEnded(t *testing.T) {
	t.Parallel()
	db := open(t, map[string]string{})
	for _, begun := range []bool{false, true} {
		first, err := db.Query(t.Context(), "FROM range(10_000_000)")
		if err != nil {
			t.Fatal(err)
		}
		if begun && !first.Next() {
			t.Fatal(first.Err())
		}
		if diff := cmp.Diff([][]any{{int64(7)}}, get(t, db, "CREATE OR REPLACE TEMP TABLE t AS SELECT 7 AS a; FROM t")); diff != "" {
			t.Error(diff)
		}
		n := 0
		for first.Next() {
			n++
		}
		if !errors.Is(first.Err(), ErrEnded) || n > batchRows {
			t.Errorf("%d rows after the end, and %v", n, first.Err())
		}
		if err := first.Close(); err != nil {
			t.Error(err)
		}
	}
}

// TestStream checks that the first rows of a result come before the last ones are
// computed, and that DuckDB stops when the result is closed.
func TestStream(t *testing.T) {
	t.Parallel()
	db := open(t, map[string]string{})
	for range 3 {
		rows, err := db.Query(t.Context(), "SELECT a.range * b.range AS n, a.range AS m FROM range(10_000_000) a, range(10_000_000) b")
		if err != nil {
			t.Fatal(err)
		}
		for range 3 * batchRows {
			if !rows.Next() {
				t.Fatal(rows.Err())
			}
		}
		if err := rows.Close(); err != nil {
			t.Error(err)
		}
		if rows.Next() || rows.Err() != nil {
			t.Errorf("a row after Close, or %v", rows.Err())
		}
	}
}

func TestArguments(t *testing.T) {
	t.Parallel()
	db := open(t, map[string]string{})
	for _, tt := range []struct {
		sql  string
		args []any
		want []any
	}{
		{"SELECT ?", []any{"a"}, []any{"a"}},
		{"SELECT ?, 1, ?", []any{1, nil}, []any{int64(1), int64(1), nil}},
		{"SELECT $n + 1", []any{sql.Named("n", 41)}, []any{int64(42)}},
		{"SELECT rowid FROM (SELECT ? AS rowid)", []any{7}, []any{int64(7)}},
	} {
		rows, err := db.Query(t.Context(), tt.sql, tt.args...)
		if err != nil {
			t.Errorf("%s: %v", tt.sql, err)
			continue
		}
		if !rows.Next() {
			t.Errorf("%s: no row: %v", tt.sql, rows.Err())
		}
		if diff := cmp.Diff(tt.want, rows.Values()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.sql, diff)
		}
		if err := rows.Close(); err != nil {
			t.Error(err)
		}
	}
	for _, script := range []string{"", "SELECT 1; SELECT 2"} {
		if _, err := db.Query(t.Context(), script); err == nil || !strings.Contains(err.Error(), "expected one SQL statement") {
			t.Errorf("Query(%q): %v", script, err)
		}
	}
}

func TestValues(t *testing.T) {
	t.Parallel()
	db := open(t, map[string]string{})
	day := time.Date(2024, 2, 29, 0, 0, 0, 0, time.UTC)
	for sql, want := range map[string]any{
		"NULL":                          nil,
		"true":                          true,
		"1::TINYINT":                    int64(1),
		"-1::SMALLINT":                  int64(-1),
		"1::INTEGER":                    int64(1),
		"9223372036854775807":           int64(9223372036854775807),
		"255::UTINYINT":                 int64(255),
		"65535::USMALLINT":              int64(65535),
		"4294967295::UINTEGER":          int64(4294967295),
		"18446744073709551615::UBIGINT": json.Number("18446744073709551615"),
		"170141183460469231731687303715884105727::HUGEINT": json.Number("170141183460469231731687303715884105727"),
		"0.00::DECIMAL(9,2)":                             json.Number("0.00"),
		"1.50::DECIMAL(4,2)":                             json.Number("1.50"),
		"-0.05::DECIMAL(17,2)":                           json.Number("-0.05"),
		"7::DECIMAL(5,0)":                                json.Number("7"),
		"12345678901234567890123456.7891::DECIMAL(38,4)": json.Number("12345678901234567890123456.7891"),
		"sum(0.10::DECIMAL(15,2))":                       json.Number("0.10"),
		"0.1::FLOAT":                                     0.1,
		"0.1::DOUBLE":                                    0.1,
		"'0012'":                                         "0012",
		"DATE '2024-02-29'":                              day,
		"TIMESTAMP '2024-02-29 01:02:03.5'":              "2024-02-29 01:02:03.5",
		"TIME '01:02:03'":                                "01:02:03",
		"INTERVAL 14 MONTH":                              "1 year 2 months",
		"'\\xAB'::BLOB":                                  "\\xAB",
		"'a'::ENUM('a')":                                 "a",
		"'c5a1a0a2-51a6-4c8b-8f6c-1d2b7e9f3a10'::UUID":   "c5a1a0a2-51a6-4c8b-8f6c-1d2b7e9f3a10",
		"[1.10, 12345678901234567.89]":                   json.RawMessage("[1.10,12345678901234567.89]"),
		"{'b': DATE '2024-02-29', 'a': NULL}":            json.RawMessage(`{"b":"2024-02-29","a":null}`),
		"MAP {'k': 1}":                                   json.RawMessage(`{"k":1}`),
		`'{"x":1.10}'::JSON`:                             json.RawMessage(`{"x":1.10}`),
	} {
		got := get(t, db, "SELECT "+sql)
		if diff := cmp.Diff([][]any{{want}}, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", sql, diff)
		}
	}
}

func TestAllowed(t *testing.T) {
	synthtest.WithoutRace(t)
	t.Parallel()
	db := open(t, map[string]string{"cclf1/part-00000.csv": "cur_clm_uniq_id,clm_type_cd\n1,60\n2,40\n3,60\n"})
	for script, want := range map[string][][]any{
		"(SELECT 1)":                       {{int64(1)}},
		"VALUES (1), (2)":                  {{int64(1)}, {int64(2)}},
		"WITH x AS (SELECT 1) FROM x":      {{int64(1)}},
		"SELECT 1; -- then\n;SELECT 'a;b'": {{int64(1)}, {"a;b"}},
		"CREATE TEMP TABLE t AS FROM cclf1; SELECT count(*) FROM t": {{int64(3)}},
		"CREATE MACRO twice(x) AS x * 2; SELECT twice(21)":          {{int64(42)}},
		"SET VARIABLE v = 5; SELECT getvariable('v')":               {{int64(5)}},
		// Temporary tables can be changed.
		"CREATE TEMP TABLE a AS FROM range(5) x(i); UPDATE a SET i = i * 10 WHERE i > 2; DELETE FROM a WHERE i = 1; INSERT INTO a VALUES (7); FROM a ORDER BY i": {
			{int64(0)}, {int64(2)}, {int64(7)}, {int64(30)}, {int64(40)},
		},
		"CREATE TEMP TABLE b AS SELECT 1 AS i, DATE '2024-01-31' AS d; UPDATE b SET i = 2 RETURNING i; DELETE FROM b WHERE false; DELETE FROM b RETURNING i + 1 AS j; SELECT count(*) FROM b": {
			{int64(2)}, {int64(3)}, {int64(0)},
		},
		"CREATE TEMP TABLE c AS SELECT 1 AS i; UPDATE c SET i = n FROM (SELECT count(*) AS n FROM cclf1); FROM c; TRUNCATE c; SELECT count(*) FROM c": {{int64(3)}, {int64(0)}},
		"PIVOT cclf1 ON clm_type_cd IN ('40', '60') USING count(*) ORDER BY 1": {
			{"1", int64(0), int64(1)}, {"2", int64(1), int64(0)}, {"3", int64(0), int64(1)},
		},
		"SELECT name FROM (SHOW TABLES) WHERE name LIKE 'cclf_' ORDER BY name LIMIT 1": {{"cclf1"}},
	} {
		if diff := cmp.Diff(want, get(t, db, script)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", script, diff)
		}
	}
	for _, script := range []string{
		"EXPLAIN FROM cclf1", "EXPLAIN ANALYZE SELECT 1", "DESCRIBE cclf1", "SHOW TABLES", "SHOW ALL TABLES",
		"SUMMARIZE cclf1", "PRAGMA table_info('cclf1')", "PRAGMA version",
	} {
		if len(get(t, db, script)) == 0 {
			t.Errorf("%s: no rows", script)
		}
	}
}

func TestErrors(t *testing.T) {
	t.Parallel()
	db := open(t, map[string]string{"cclf1/part-00000.csv": "cur_clm_uniq_id\nx\n"})
	for script, want := range map[string]string{
		"":                               "no SQL statement",
		" -- nothing":                    "no SQL statement",
		"SELCT 1":                        `Parser Error: syntax error at or near "SELCT"`,
		"SELECT nope FROM cclf1":         `Referenced column "nope" not found`,
		"SELECT 1;\n\nSELECT 2,\n  nope": "(line 4, column 3 of the SQL)",
		// This fails only while it runs, in the temporary table.
		"SELECT 1;\nSELECT\n  cur_clm_uniq_id::INT FROM cclf1":                             "(line 3, column 18 of the SQL)",
		"SELECT cur_clm_uniq_id::INT FROM cclf1":                                           "(line 1, column 23 of the SQL)",
		"CREATE VIEW v AS FROM cclf1 PIVOT (count(*) FOR cur_clm_uniq_id IN (FROM cclf1))": "Parser Error",
		"PIVOT cclf2 ON cur_clm_uniq_id USING count(*)":                                    "the expression after ON has no values",
	} {
		err := db.Run(t.Context(), script, drain)
		if _, ok := errors.AsType[*Error](err); !ok || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want an Error with %q", script, err, want)
		}
	}
	stop := errors.New("stop")
	calls := 0
	err := db.Run(t.Context(), "SELECT 1; SELECT 2", func(*Rows) error { calls++; return stop })
	if !errors.Is(err, stop) || calls != 1 {
		t.Errorf("Run went on after an error: %v, %d calls", err, calls)
	}
}

func TestCancel(t *testing.T) {
	t.Parallel()
	db := open(t, map[string]string{})
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	err := db.Run(ctx, "SELECT count(*) FROM range(1_000_000) a, range(1_000_000) b WHERE a.range + b.range = 7", drain)
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v, want the context's error", err)
	}
	if _, err := db.Query(ctx, "SELECT 1"); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Query after the end: %v, want the context's error", err)
	}
	// The data set can still be queried.
	if diff := cmp.Diff([][]any{{int64(1)}}, get(t, db, "SELECT 1")); diff != "" {
		t.Error(diff)
	}
}
