//go:build cgo

package query

import (
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cclf-tools/cclf/internal/synth/synthtest"
)

// TestRefused tries every way that DuckDB has to change the data set, and to reach
// anything else.
func TestRefused(t *testing.T) {
	synthtest.WithoutRace(t)
	t.Parallel()
	parts := dataSet(t, map[string]string{
		"cclf1/part-00000.csv":     "cur_clm_uniq_id\n1\n",
		"cclf2/part-00000.parquet": "SELECT '1' AS cur_clm_uniq_id",
	})
	t.Run("parts", func(t *testing.T) { testRefused(t, parts) })
	t.Run("database", func(t *testing.T) { testRefused(t, databaseSet(t, parts)) })
}

func testRefused(t *testing.T, dir string) {
	t.Parallel()
	outside := t.TempDir()
	secret := filepath.Join(outside, "secret.csv")
	if err := os.WriteFile(secret, []byte("a\n1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	before := contents(t, dir, outside)

	const (
		refused = "refused: a query only reads the data set"
		denied  = "Permission Error"
		locked  = "the configuration has been locked"
	)
	var (
		db  *DB
		err error
	)
	replacer := strings.NewReplacer("OUTSIDE", outside, "ELSEWHERE", secret, "DATA", dir)
	for _, tt := range []struct{ sql, want string }{
		{"COPY (SELECT 1) TO 'OUTSIDE/x.csv'", refused},
		{"COPY (SELECT 1) TO 'DATA/cclf1/part-00000.csv' (USE_TMP_FILE false)", refused},
		{"COPY cclf1 FROM 'ELSEWHERE'", refused},
		{"COPY (SELECT 1) TO 'DATA/cclf.duckdb' (USE_TMP_FILE false)", refused},
		{"EXPLAIN ANALYZE COPY (SELECT 1) TO 'DATA/cclf.duckdb' (USE_TMP_FILE false)", refused},
		{"COPY FROM DATABASE _data TO memory", refused},
		{"EXPLAIN ANALYZE COPY (SELECT 1) TO 'DATA/cclf1/part-00000.csv' (USE_TMP_FILE false)", refused},
		{"EXPLAIN (ANALYZE, FORMAT json) COPY (SELECT 1) TO 'DATA/cclf2/part-00000.parquet' (USE_TMP_FILE false)", refused},
		{"/* x */ explain\n-- y\nanalyze copy (SELECT 1) TO 'DATA/cclf1/part-00000.csv' (USE_TMP_FILE false)", refused},
		// Non-ASCII space, which DuckDB's parser accepts.
		{"EXPLAIN\u00a0ANALYZE COPY (SELECT 1) TO 'DATA/cclf2/part-00000.parquet' (USE_TMP_FILE false)", refused},
		{"EXPLAIN\u00a0ANALYZE\u3000COPY (SELECT 1) TO 'DATA/cclf1/part-00000.csv' (USE_TMP_FILE false)", refused},
		{"\u00a0EXPLAIN/**/ANALYZE\u2003(COPY (SELECT 1) TO 'DATA/cclf1/part-00000.csv' (USE_TMP_FILE false))", ""},
		{"EXPLAIN (FORMAT json, ANALYZE) COPY (SELECT 1) TO 'DATA/cclf1/part-00000.csv' (USE_TMP_FILE false)", refused},
		{"EXPLAIN ANALYZE EXPLAIN ANALYZE COPY (SELECT 1) TO 'DATA/cclf1/part-00000.csv'", refused},
		{"EXPLAIN (ANALYZE, CODEGEN) COPY (SELECT 1) TO 'DATA/cclf1/part-00000.csv' (USE_TMP_FILE false)", ""},
		{"EXPLAIN ANALYZE CREATE TEMP TABLE t AS SELECT 1", refused},
		{"EXPLAIN ANALYZE INSERT INTO cclf1 VALUES (1)", ""},
		{"EXPLAIN ANALYZE SET threads = 1", ""},
		{"PIVOT (FROM enable_logging('QueryLog')) ON 1 USING count(*)", refused},
		{"PIVOT (FROM read_csv('ELSEWHERE')) ON a USING count(*)", denied},
		{"PIVOT cclf1 ON (SELECT max(content) FROM read_text('ELSEWHERE')) USING count(*)", denied},
		{"WITH x AS (FROM query('SELECT 1 AS a')) PIVOT x ON a USING count(*)", refused},
		{"PIVOT cclf1 ON cur_clm_uniq_id USING count(*) GROUP BY (FROM duckdb_secrets())", ""},
		{"COPY (PIVOT cclf1 ON cur_clm_uniq_id) TO 'OUTSIDE/x.csv'", refused},
		{"SELECT 1; COPY (SELECT 1) TO 'DATA/cclf1/part-00000.csv'", refused},
		{"EXPORT DATABASE 'OUTSIDE/db'", refused},
		{"IMPORT DATABASE 'OUTSIDE/db'", refused},
		{"ATTACH 'OUTSIDE/x.db'", refused},
		{"ATTACH ':memory:' AS x", refused},
		{"ATTACH 'DATA/cclf.duckdb' AS x (READ_WRITE)", refused},
		{"DETACH memory", refused},
		{"DETACH _data", refused},
		{"INSTALL httpfs", refused},
		{"LOAD httpfs", refused},
		{"INSERT INTO cclf1 VALUES ('2')", "cclf1 is not an table"},
		{"WITH x AS (SELECT '2' AS a) INSERT INTO cclf1 FROM x", "Catalog Error"},
		{"WITH x AS (SELECT '2' AS a) INSERT INTO _data.main.cclf1 FROM x", ""},
		{"CREATE TABLE _data.main.t AS SELECT 1", ""},
		{"CREATE OR REPLACE VIEW _data.main.cclf1 AS SELECT 1", ""},
		{"UPDATE cclf1 SET cur_clm_uniq_id = '2'", refused},
		{"DELETE FROM cclf1", refused},
		{"TRUNCATE cclf1", refused},
		{"DROP VIEW cclf1", refused},
		{"ALTER VIEW cclf1 RENAME TO x", refused},
		{"COMMENT ON VIEW cclf1 IS 'x'", refused},
		{"MERGE INTO cclf1 USING cclf2 ON (true) WHEN MATCHED THEN DELETE", refused},
		{"UPDATE main.cclf1 SET cur_clm_uniq_id = '2' RETURNING *", refused},
		{"DELETE FROM memory.main.cclf1 WHERE false", refused},
		{"DELETE FROM _data.main.cclf1", ""},
		{"UPDATE _data.main.cclf1 SET cur_clm_uniq_id = '2'", ""},
		{"TRUNCATE _data.main.cclf1", ""},
		{"WITH x AS (SELECT 1) DELETE FROM cclf1", refused},
		{"CREATE TEMP TABLE t AS SELECT 1 AS a; UPDATE t SET a = (SELECT count(*) FROM enable_logging('QueryLog'))", refused},
		{"CREATE TEMP TABLE t AS SELECT 1 AS a; DELETE FROM t USING read_csv('ELSEWHERE') x", denied},
		{"EXPLAIN ANALYZE DELETE FROM cclf1", ""},
		{"CREATE TEMP TABLE t AS SELECT 1 AS a; EXPLAIN ANALYZE DELETE FROM t", refused},
		{"PREPARE p AS SELECT 1", refused},
		{"BEGIN", refused},
		{"CHECKPOINT", refused},
		{"VACUUM", refused},
		{"CALL pragma_version()", refused},
		{"PRAGMA enable_profiling", refused},
		{"SELECT * FROM enable_logging('QueryLog', storage = 'file', storage_path = 'OUTSIDE')", refused},
		{"SELECT * FROM query('SELECT * FROM Enable_Logging(''QueryLog'')')", refused},
		{"SELECT * FROM query('FROM enable_' || 'logging(''QueryLog'', storage = ''file'', storage_path = ''OUTSIDE'')')", refused},
		{"FROM \"query\"/* x */('FROM range(3)')", refused},
		{"FROM system.main.\"ENABLE_LOGGING\"('QueryLog')", refused},
		{"CALL enable_logging('QueryLog', storage = 'file', storage_path = 'OUTSIDE')", refused},
		{"CREATE MACRO m() AS TABLE FROM enable_logging('QueryLog'); FROM m()", refused},
		{"CREATE MACRO m(s) AS TABLE FROM query(s); FROM m('FROM enable_' || 'logging()')", refused},
		{"CREATE TEMP VIEW v AS FROM disable_logging(); FROM v", refused},
		{"CREATE TEMP TABLE t AS FROM enable_logging('QueryLog')", refused},
		{"CREATE TEMP TABLE t (a BOOL); INSERT INTO t FROM enable_logging('QueryLog')", refused},
		{"SET VARIABLE a = (SELECT count(*) FROM enable_logging('QueryLog'))", refused},
		{"WITH x AS (FROM enable_logging('QueryLog')) SELECT 1 FROM x", refused},
		{"FROM json_execute_serialized_sql(json_serialize_sql('FROM enable_logging()'))", refused},
		{"PRAGMA json_execute_serialized_sql('x')", ""},
		{"FROM force_checkpoint()", refused},
		{"SELECT write_log('x')", refused},
		{"EXPLAIN ANALYZE FROM enable_logging('QueryLog', storage = 'file', storage_path = 'OUTSIDE')", refused},

		{"FROM read_csv('ELSEWHERE')", denied},
		{"FROM 'ELSEWHERE'", denied},
		{"FROM read_text('ELSEWHERE')", denied},
		{"FROM read_blob('DATA/_manifest.json')", denied},
		{"FROM read_csv('DATA/cclf1/*.csv')", denied},
		{"FROM read_csv('DATA/cclf1/../../ELSEWHERE')", denied},
		{"FROM read_csv('https://example.com/x.csv')", ""},
		{"FROM glob('/*')", denied},
		{"FROM sniff_csv('ELSEWHERE')", denied},
		{"FROM parquet_metadata('OUTSIDE/x.parquet')", denied},
		{"FROM query('FROM read_text(''ELSEWHERE'')')", denied},
		{"CREATE VIEW v AS FROM read_csv('ELSEWHERE')", denied},
		{"CREATE TABLE t AS FROM cclf1", "would be lost"},
		{"CREATE TABLE main.t AS FROM cclf1", "would be lost"},
		{"CREATE OR REPLACE TABLE memory.main.t (a INT)", "would be lost"},
		{"CREATE TEMP TABLE t AS FROM read_csv('ELSEWHERE')", denied},
		{"CREATE TEMP TABLE t (a INT); INSERT INTO t FROM read_csv('ELSEWHERE')", denied},
		{"CREATE MACRO m() AS TABLE FROM read_text('ELSEWHERE'); FROM m()", denied},
		{"CREATE PERSISTENT SECRET s (TYPE http)", refused},
		{"CREATE SECRET s (TYPE http)", refused},

		{"CREATE VIEW v AS SELECT 1; DROP VIEW v; DROP VIEW cclf1", refused},
		{"DROP VIEW IF EXISTS memory.main.cclf1 CASCADE", refused},
		{"DROP TABLE _data.main.cclf1", ""},
		{"DROP SCHEMA main CASCADE", "internal"},
		{"DROP DATABASE memory", ""},
		{"DROP FUNCTION system.main.sum", "internal"},
		{"CREATE TEMP SEQUENCE s; SELECT nextval('s')", refused},
		{"INSERT OR REPLACE INTO cclf1 VALUES ('2')", ""},
		{"PREPARE p AS COPY (SELECT 1) TO 'OUTSIDE/x.csv'; EXECUTE p", ""},
		{"EXPLAIN\u200bANALYZE COPY (SELECT 1) TO 'DATA/cclf1/part-00000.csv'", refused},
		{"EXPLAIN (ANALYZE true) COPY (SELECT 1) TO 'DATA/cclf1/part-00000.csv'", refused},
		{"EXPLAIN ANALYZE VERBOSE COPY (SELECT 1) TO 'DATA/cclf1/part-00000.csv'", refused},
		{"ATTACH OR REPLACE 'OUTSIDE/y.db' AS memory", refused},
		{"FORCE INSTALL httpfs", ""},
		{"UPDATE EXTENSIONS", refused},
		{"FORCE CHECKPOINT", refused},
		{"FROM query_table('DATA/_manifest.json')", denied},
		{"FROM query_table(['cclf1', 'ELSEWHERE'])", ""},
		{"FROM system.main.query('SELECT 1')", refused},
		{"SELECT (FROM query('SELECT 1'))", refused},
		{"SELECT getenv('HOME')", "getenv does not exist"},
		{"CREATE MACRO g(x) AS getenv(x); SELECT g('HOME')", ""},
		{"FROM read_csv('/dev/stdin')", denied},
		{"FROM read_blob('/proc/self/environ')", denied},
		{"FROM read_json('ELSEWHERE')", denied},
		{"FROM read_parquet(['DATA/cclf2/part-00000.parquet', 'ELSEWHERE'])", denied},
		{"SET VARIABLE v = (SELECT content FROM read_text('ELSEWHERE'))", denied},
		{"DESCRIBE FROM read_csv('ELSEWHERE')", denied},
		{"SUMMARIZE FROM read_csv('ELSEWHERE')", denied},
		{"CREATE TEMP MACRO read_text(x) AS TABLE FROM read_blob('ELSEWHERE'); FROM read_text('x')", denied},
		{"FROM duckdb_secrets()", refused},
		{"FROM duckdb_logs()", refused},
		{"FROM which_secret('s3://x', 's3')", refused},
		{"FROM read_duckdb('OUTSIDE/y.db', table_name = 'x')", denied},
		{"PRAGMA import_database('OUTSIDE')", ""},

		{"SET enable_external_access = true", locked},
		{"SET lock_configuration = false", locked},
		{"RESET lock_configuration", locked},
		{"SET allowed_directories = ['/']", locked},
		{"SET temp_directory = 'OUTSIDE'", locked},
		{"SET GLOBAL autoload_known_extensions = true", locked},
		{"PRAGMA threads = 4", locked},
		{"SET log_query_path = 'OUTSIDE/log'", locked},
		{"PRAGMA profiling_output = 'OUTSIDE/x'", locked},
	} {
		if db == nil {
			if db, err = Open(t.Context(), dir, options(dir, Options{Threads: 1})); err != nil {
				t.Fatal(err)
			}
		}
		err = db.Run(t.Context(), replacer.Replace(tt.sql), func(rows *Rows) error {
			for rows.Next() {
			}
			return rows.Err()
		})
		if _, ok := errors.AsType[*Error](err); !ok || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s:\n%v\nwant an Error with %q", tt.sql, err, tt.want)
		}
		// A script can leave objects behind, and a statement that is not refused
		// can leave DuckDB in a bad state.
		if err == nil || strings.Contains(tt.sql, ";") {
			if err := db.Close(); err != nil {
				t.Errorf("%s: Close: %v", tt.sql, err)
			}
			db = nil
		}
	}
	if db != nil {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}
	if diff := cmp.Diff(before, contents(t, dir, outside)); diff != "" {
		t.Errorf("files changed (-before +after):\n%s", diff)
	}
}

// contents reads all files below dirs.
func contents(t *testing.T, dirs ...string) map[string]string {
	t.Helper()
	files := make(map[string]string)
	for _, dir := range dirs {
		sub, err := readAll(os.DirFS(dir))
		if err != nil {
			t.Fatal(err)
		}
		maps.Copy(files, sub)
	}
	return files
}

func readAll(fsys fs.FS) (map[string]string, error) {
	files := make(map[string]string)
	err := fs.WalkDir(fsys, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := fs.ReadFile(fsys, path)
		files[path] = string(b)
		return err
	})
	return files, err
}
