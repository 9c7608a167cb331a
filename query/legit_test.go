//go:build cgo

package query

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/duckdb/duckdb-go/v2"
	"github.com/google/go-cmp/cmp"

	"github.com/cclf-tools/cclf/internal/synth/synthtest"
	"github.com/cclf-tools/cclf/schema"
)

// legitimate are queries of analysts, of all kinds that DuckDB has, which the fence
// must let through. Queries that create something are followed by one that reads it.
var legitimate = []string{
	// Selections.
	"SELECT 1", "SELECT 'a;b' -- c", "SELECT 'a;b' /* ; */ AS x;", "(SELECT 1)", "((SELECT 1) UNION ALL (SELECT 2) ORDER BY 1)", "VALUES (1, 'a'), (2, 'b')",
	"FROM cclf1", "FROM cclf1 SELECT clm_id", "FROM cclf1 SELECT count(*) WHERE amt > 10", "TABLE cclf1", "SELECT * FROM (VALUES (1, 2)) t(a, b)",
	"SELECT * EXCLUDE (amt) FROM cclf1", "SELECT * REPLACE (amt * 2 AS amt) FROM cclf1", "SELECT * RENAME (amt AS paid) FROM cclf1",
	"SELECT COLUMNS('clm_.*') FROM cclf1", "SELECT COLUMNS(c -> c LIKE 'clm%') FROM cclf1", "SELECT min(COLUMNS(*)) FROM cclf1", "SELECT concat(*COLUMNS(*)) FROM cclf1 ORDER BY 1",
	"SELECT DISTINCT type FROM cclf1 ORDER BY 1", "SELECT DISTINCT ON (type) * FROM cclf1 ORDER BY type, clm_id", "SELECT type, count(*) FROM cclf1 GROUP BY ALL ORDER BY ALL",
	"SELECT ALL type FROM cclf1 ORDER BY ALL", "SELECT type FROM cclf1 ORDER BY amt DESC NULLS LAST LIMIT 2 OFFSET 1", "SELECT clm_id FROM cclf1 ORDER BY 1 LIMIT 50%",
	"SELECT a.clm_id AS x, x || '!' FROM cclf1 a", "SELECT amt AS a FROM cclf1 WHERE a > 10", "SELECT clm_id: amt FROM cclf1",
	"SELECT count() FROM cclf1", "SELECT count(*) FILTER (type = '60') FROM cclf1", "SELECT sum(amt), avg(amt), median(amt), quantile_cont(amt, [0.5, 0.9]) FROM cclf1",
	"SELECT type, sum(amt) FROM cclf1 GROUP BY type HAVING sum(amt) > 10 ORDER BY type", "SELECT type, amt > 20, count(*) FROM cclf1 GROUP BY 1, 2 ORDER BY ALL",
	"SELECT type, mbi, sum(amt) FROM cclf1 GROUP BY GROUPING SETS ((type), (mbi), ()) ORDER BY ALL", "SELECT type, mbi, grouping(type), sum(amt) FROM cclf1 GROUP BY CUBE (type, mbi) ORDER BY ALL",
	"SELECT type, mbi, sum(amt) FROM cclf1 GROUP BY ROLLUP (type, mbi) ORDER BY ALL", "SELECT mode(type), arg_max(clm_id, amt), max_by(clm_id, amt), min(amt, 2) FROM cclf1",
	"SELECT string_agg(clm_id, ',' ORDER BY clm_id), list(clm_id ORDER BY clm_id DESC), array_agg(DISTINCT type ORDER BY type) FROM cclf1",
	"SELECT approx_count_distinct(clm_id), histogram(type), corr(amt, amt), stddev(amt), entropy(type), bool_or(amt > 1) FROM cclf1", "SELECT any_value(type), first(clm_id ORDER BY clm_id), last(clm_id ORDER BY clm_id) FROM cclf1",
	// Joins.
	"SELECT * FROM cclf1 JOIN cclf2 USING (clm_id) ORDER BY ALL", "SELECT * FROM cclf1 NATURAL JOIN cclf2 ORDER BY ALL", "SELECT * FROM cclf1 a LEFT JOIN cclf2 b ON a.clm_id = b.clm_id ORDER BY ALL",
	"SELECT * FROM cclf1 a RIGHT JOIN cclf2 b USING (clm_id) ORDER BY ALL", "SELECT * FROM cclf1 a FULL JOIN cclf2 b USING (clm_id) ORDER BY ALL", "SELECT * FROM cclf1, cclf2 ORDER BY ALL", "SELECT * FROM cclf1 CROSS JOIN range(2) ORDER BY ALL",
	"SELECT * FROM cclf1 a SEMI JOIN cclf2 b USING (clm_id) ORDER BY ALL", "SELECT * FROM cclf1 a ANTI JOIN cclf2 b USING (clm_id) ORDER BY ALL", "SELECT * FROM cclf1 POSITIONAL JOIN cclf2 LIMIT 10",
	"SELECT a.clm_id, b.line FROM cclf1 a ASOF JOIN cclf2 b ON a.clm_id = b.clm_id AND a.from_dt >= b.svc_dt ORDER BY ALL", "SELECT a.clm_id FROM cclf1 a ASOF LEFT JOIN cclf2 b ON a.mbi <> b.clm_id AND a.from_dt > b.svc_dt ORDER BY ALL",
	"SELECT * FROM cclf1 a JOIN cclf1 b ON a.amt < b.amt ORDER BY ALL", "SELECT * FROM cclf1 a JOIN cclf1 b ON a.amt < b.amt AND a.from_dt > b.from_dt ORDER BY ALL", "SELECT * FROM cclf1 a LEFT JOIN cclf2 b ON a.amt > b.line AND a.type <> b.clm_id ORDER BY ALL",
	"SELECT clm_id, n FROM cclf1 a, LATERAL (SELECT count(*) AS n FROM cclf2 b WHERE b.clm_id = a.clm_id) ORDER BY ALL", "SELECT clm_id, (SELECT max(line) FROM cclf2 b WHERE b.clm_id = a.clm_id) FROM cclf1 a ORDER BY ALL",
	"SELECT clm_id FROM cclf1 WHERE clm_id IN (SELECT clm_id FROM cclf2) ORDER BY ALL", "SELECT clm_id FROM cclf1 a WHERE NOT EXISTS (FROM cclf2 b WHERE b.clm_id = a.clm_id)", "SELECT clm_id FROM cclf1 WHERE amt >= ALL (SELECT amt FROM cclf1)", "SELECT amt > ANY (SELECT 5) FROM cclf1 LIMIT 1",
	"SELECT clm_id FROM cclf1 WHERE (clm_id, type) IN (VALUES ('0001', '60'))", "SELECT clm_id FROM cclf1 WHERE type IN ('60', '40', '50', '10', '20', '30', '61', '62') ORDER BY 1",
	"SELECT * FROM cclf1 a JOIN LATERAL (SELECT unnest([a.amt, a.amt + 1]) u) ON true ORDER BY ALL", "SELECT * FROM cclf1 WHERE clm_id = '0001' OR EXISTS (FROM cclf2 WHERE line = 7) ORDER BY ALL",
	// Sets, common table expressions, windows.
	"SELECT clm_id FROM cclf1 UNION SELECT clm_id FROM cclf2 ORDER BY 1", "SELECT clm_id FROM cclf1 EXCEPT SELECT clm_id FROM cclf2", "SELECT clm_id FROM cclf1 INTERSECT ALL SELECT clm_id FROM cclf2 ORDER BY 1", "FROM cclf1 UNION ALL BY NAME FROM cclf2 ORDER BY ALL",
	"WITH a AS (FROM cclf1), b AS (FROM a WHERE amt > 10) SELECT count(*) FROM b", "WITH a AS MATERIALIZED (FROM cclf1) SELECT count(*) FROM a, a b", "WITH a AS NOT MATERIALIZED (FROM cclf1) FROM a ORDER BY ALL", "WITH t(x) AS (VALUES (1)) SELECT x FROM t",
	"WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t WHERE n < 5) FROM t ORDER BY 1", "WITH RECURSIVE t(n) AS (SELECT 1 UNION SELECT n % 3 + 1 FROM t) FROM t ORDER BY 1",
	"WITH RECURSIVE t(k, n) USING KEY (k) AS (SELECT 1, 1 UNION SELECT k, n + 1 FROM t WHERE n < 3) FROM t", "WITH RECURSIVE t(k, n) USING KEY (k) AS (SELECT 1, 1 UNION (SELECT t.k, t.n + 1 FROM t JOIN recurring.t r USING (k) WHERE t.n < 3)) FROM t",
	"WITH RECURSIVE c(id, prev) AS (SELECT clm_id, mbi FROM cclf1 UNION SELECT c.id, b.clm_id FROM c JOIN cclf1 b ON c.prev = b.mbi) SELECT count(*) FROM c",
	"SELECT clm_id, row_number() OVER (ORDER BY clm_id) FROM cclf1", "SELECT clm_id, sum(amt) OVER (PARTITION BY type ORDER BY from_dt ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) FROM cclf1 ORDER BY 1", "SELECT clm_id, lag(amt) OVER w, rank() OVER w, ntile(2) OVER w FROM cclf1 WINDOW w AS (ORDER BY clm_id) ORDER BY 1",
	"SELECT clm_id, row_number() OVER () AS n FROM cclf1", "SELECT * FROM cclf1 QUALIFY row_number() OVER (PARTITION BY mbi ORDER BY from_dt DESC) = 1 ORDER BY ALL", "SELECT clm_id, sum(amt) OVER (ORDER BY from_dt RANGE BETWEEN INTERVAL 30 DAYS PRECEDING AND CURRENT ROW EXCLUDE TIES) FROM cclf1 ORDER BY 1",
	"SELECT clm_id, first_value(amt IGNORE NULLS) OVER (ORDER BY clm_id), percent_rank() OVER (ORDER BY amt) FROM cclf1 ORDER BY 1",
	// Pivots and samples.
	"PIVOT cclf1 ON type IN ('60', '40') USING sum(amt) GROUP BY mbi ORDER BY mbi", "FROM cclf1 PIVOT (sum(amt) FOR type IN ('60', '40') GROUP BY mbi) ORDER BY ALL", "SELECT * FROM (PIVOT cclf1 ON type IN ('60', '40') USING count(*) GROUP BY mbi) ORDER BY ALL", "WITH p AS (PIVOT cclf1 ON type IN ('60') USING sum(amt)) SELECT count(*) FROM p",
	"UNPIVOT (SELECT clm_id, mbi FROM cclf1) ON clm_id, mbi INTO NAME k VALUE v ORDER BY ALL", "UNPIVOT (SELECT clm_id, mbi FROM cclf1) ON COLUMNS(*) ORDER BY ALL", "FROM cclf1 UNPIVOT (v FOR k IN (clm_id, mbi)) SELECT k, v ORDER BY ALL", "PIVOT_WIDER cclf1 ON type IN ('60') USING sum(amt) GROUP BY mbi ORDER BY ALL", "PIVOT_LONGER (SELECT clm_id, mbi FROM cclf1) ON clm_id, mbi ORDER BY ALL",
	"SELECT count(*) < 9 FROM cclf1 TABLESAMPLE 50%", "SELECT count(*) FROM cclf1 USING SAMPLE 2 ROWS", "SELECT count(*) FROM cclf1 USING SAMPLE reservoir(2 ROWS) REPEATABLE (7)", "SELECT count(*) < 9 FROM cclf1 TABLESAMPLE bernoulli(10 PERCENT)", "SELECT count(*) < 9 FROM cclf1 TABLESAMPLE system(10 PERCENT)", "SELECT count(*) < 9 FROM (FROM range(5000) USING SAMPLE 10 PERCENT (reservoir)) WHERE false",
	// Functions.
	"SELECT list_transform([1, 2, 3], x -> x + 1), list_filter([1, 2, 3], lambda x: x > 1), list_reduce([1, 2, 3], lambda a, b: a + b)", "SELECT [x * 2 FOR x IN [1, 2, 3] IF x > 1]", "SELECT {'a': 1, 'b': {'c': [1]}}.b.c[1], struct_pack(a := 1)", "SELECT MAP {'a': 1}['a'], map_keys(MAP {'k': 1}), [1, 2, 3][1:2], list_sort([3, 1]), array_value(1, 2)::INT[2]",
	"SELECT unnest([1, 2, 3]) AS u", "SELECT * FROM unnest([1, 2]) WITH ORDINALITY", "SELECT unnest({'a': 1, 'b': 2})", "SELECT unnest([[1], [2, 3]], recursive := true)", "SELECT generate_subscripts([1, 2], 1)", "SELECT TRY_CAST('x' AS INT), '12'::INT, CAST('2024-01-31' AS DATE), TRY(CAST('x' AS INT))",
	"SELECT regexp_matches('E11.9', '^E1[01]'), regexp_extract('a1b2', '(\\w)(\\d)', ['x', 'y']), regexp_replace('aa', 'a', 'b', 'g'), regexp_extract_all('a1b2', '\\d'), 'ab' SIMILAR TO 'a.', regexp_split_to_array('a,b', ',')",
	"SELECT date_trunc('month', from_dt), date_diff('day', from_dt, DATE '2025-01-01'), from_dt + INTERVAL 1 MONTH, strftime(from_dt, '%Y-%m'), extract(year FROM from_dt), last_day(from_dt), dayname(from_dt), age(DATE '2025-01-01', from_dt) FROM cclf1 ORDER BY ALL",
	"SELECT make_date(2024, 1, 31), strptime('01/31/2024', '%m/%d/%Y'), TIMESTAMP '2024-01-31 10:00:00', TIMESTAMPTZ '2024-01-31 10:00:00+00' AT TIME ZONE 'America/New_York', time_bucket(INTERVAL 1 WEEK, DATE '2024-01-31'), epoch(TIMESTAMP '2024-01-31'), current_date > DATE '2024-01-01'",
	"SELECT lpad('7', 3, '0'), printf('%03d', 7), format('{:>5}', 'a'), concat_ws('-', 'a', 'b'), split_part('a.b', '.', 2), left('abc', 2), upper('a'), trim(' a '), md5('a'), sha256('a'), hash('a') > 0, levenshtein('a', 'b'), jaro_winkler_similarity('a', 'b'), 'a' ILIKE 'A', 'abc'[1:2], strip_accents('é')",
	"SELECT CASE WHEN amt > 10 THEN 'high' ELSE 'low' END, if(amt > 10, 1, 0), coalesce(NULL, amt), nullif(type, '60'), greatest(1, 2), amt BETWEEN 1 AND 20, amt IS DISTINCT FROM NULL, round(amt, 1), amt::DECIMAL(10, 2), amt // 3, amt % 3 FROM cclf1 ORDER BY ALL",
	`SELECT '{"a": [1, {"b": "x"}]}'::JSON ->> '$.a[1].b', json_extract('{"a": 1}', '$.a'), json_group_array(x), to_json([1]), json_valid('x'), json_transform('{"a": 1}', '{"a": "INT"}') FROM range(3) t(x)`, `SELECT * FROM json_each('{"a": 1, "b": 2}')`, `SELECT key, value FROM json_tree('{"a": [1]}')`, `FROM cclf1, json_each(to_json([amt])) SELECT count(*)`, "SELECT json_serialize_sql('SELECT 1') IS NOT NULL",
	"SELECT * FROM range(3)", "SELECT * FROM generate_series(DATE '2024-01-01', DATE '2024-03-01', INTERVAL 1 MONTH)", "FROM range(5) t(i) SELECT i ORDER BY i DESC LIMIT 2", "SELECT repeat('x', 3)", "FROM repeat('x', 3)", "FROM histogram_values(cclf1, amt)", "FROM histogram(cclf1, type)", "FROM repeat_row(1, 2, num_rows = 3)", "SELECT * FROM summary((FROM cclf1))",
	"FROM query_table('cclf1') ORDER BY ALL", "FROM query_table(['cclf1', 'cclf1']) ORDER BY ALL", "SELECT 1_000, 0x1F, 1e3, .5, E'a\\n', $$dollar$$, '\\x41'::BLOB, INTERVAL '1' DAY, TRUE, NULL", "SELECT uuid() IS NOT NULL, random() < 1, version() <> '', current_schema(), typeof(1)",
	"SELECT \"type\", \"cclf1\".\"clm_id\" FROM main.\"cclf1\" ORDER BY ALL", "SELECT memory.main.cclf1.clm_id FROM memory.main.cclf1 ORDER BY 1", "SELECT cclf1 FROM cclf1 ORDER BY 1", "SELECT 'query', 'force_checkpoint' AS query", "SELECT query FROM (SELECT 1 AS query)", "WITH query AS (SELECT 1 AS x) FROM query",
	"SELECT amt COLLATE NOCASE FROM (SELECT 'a' AS amt)", "SELECT alias(amt), amt FROM cclf1 ORDER BY 2", "SELECT getvariable('none')", "SELECT error('x') WHERE false", "SELECT bit_count(5), 5 & 3, 2 ** 3, gcd(4, 6), pi() > 3, 7 // 2",
	// About the data set.
	"SHOW TABLES", "SHOW ALL TABLES", "DESCRIBE", "DESCRIBE cclf1", "DESC cclf1", "SHOW cclf1", "DESCRIBE SELECT 1 AS a", "DESCRIBE TABLE cclf1", "SUMMARIZE cclf1", "SUMMARIZE SELECT amt FROM cclf1", "SUMMARIZE TABLE cclf1", "SELECT column_name FROM (DESCRIBE cclf1)", "FROM (SUMMARIZE cclf1) SELECT column_name, max", "FROM (SHOW TABLES) SELECT count(*) > 0", "SHOW TABLES FROM main", "SHOW DATABASES", "SHOW SCHEMAS",
	"SELECT view_name FROM duckdb_views() WHERE NOT internal ORDER BY 1", "SELECT table_name FROM information_schema.tables WHERE table_schema = 'main' AND table_catalog = 'memory' ORDER BY ALL", "SELECT column_name FROM information_schema.columns WHERE table_name = 'cclf1' ORDER BY 1", "SELECT count(*) > 1 FROM duckdb_functions()", "SELECT count(*) > 1 FROM duckdb_settings()", "PRAGMA table_info('cclf1')", "PRAGMA version", "PRAGMA show_tables", "SELECT * FROM pragma_table_info('cclf1')", "SELECT count(*) >= 0 FROM duckdb_tables()", "SELECT count(*) > 1 FROM pg_catalog.pg_class", "SELECT current_setting('threads') >= 1",
	"EXPLAIN SELECT 1", "EXPLAIN ANALYZE SELECT count(*) FROM cclf1", "EXPLAIN (FORMAT json) FROM cclf1", "EXPLAIN (ANALYZE, FORMAT json) FROM cclf1", "explain -- why\n/* so */ analyze select 1", "EXPLAIN WITH x AS (SELECT 1) FROM x", "EXPLAIN (SELECT 1)",
	// Several statements and temporary objects.
	"CREATE TEMP TABLE t1 AS FROM cclf1; SELECT count(*) FROM t1; DROP TABLE t1", "CREATE TEMPORARY TABLE t2 (a INT, b VARCHAR DEFAULT 'x'); INSERT INTO t2 (a) VALUES (1), (2); INSERT INTO t2 SELECT 3, clm_id FROM cclf1; FROM t2 ORDER BY ALL; DROP TABLE t2",
	"CREATE OR REPLACE TEMP TABLE t3 AS SELECT 1 AS a; CREATE OR REPLACE TEMP TABLE t3 AS SELECT 2 AS a; FROM t3", "CREATE TEMP TABLE IF NOT EXISTS t4 (a INT PRIMARY KEY); INSERT INTO t4 VALUES (1) ON CONFLICT DO NOTHING; INSERT OR IGNORE INTO t4 VALUES (1); INSERT OR REPLACE INTO t4 VALUES (1); FROM t4",
	"CREATE TEMP VIEW v1 AS SELECT type, sum(amt) AS s FROM cclf1 GROUP BY ALL; FROM v1 ORDER BY ALL; DROP VIEW v1", "CREATE VIEW v2 AS FROM cclf1; SELECT count(*) FROM v2; DROP VIEW IF EXISTS v2", "CREATE OR REPLACE TEMP VIEW v3 AS FROM cclf1; FROM v3 ORDER BY ALL",
	"CREATE TEMP MACRO add1(x) AS x + 1; SELECT add1(1)", "CREATE MACRO claims_of(t) AS TABLE FROM cclf1 WHERE type = t; FROM claims_of('60') ORDER BY ALL", "CREATE OR REPLACE MACRO m2(a, b := 2) AS a * b; SELECT m2(3), m2(3, b := 4)", "CREATE FUNCTION f1(x) AS x * 2; SELECT f1(4); DROP MACRO f1", "CREATE TEMP MACRO lbl(x) AS (SELECT CASE x WHEN 1 THEN 'one' ELSE 'more' END); SELECT lbl(2)",
	"CREATE TYPE kind AS ENUM ('a', 'b'); SELECT 'a'::kind; DROP TYPE kind", "CREATE SCHEMA mine; CREATE TABLE mine.t AS SELECT 1 AS a; FROM mine.t", "SET VARIABLE from_dt = DATE '2024-01-01'; SELECT getvariable('from_dt')", "SET VARIABLE top = (SELECT max(amt) FROM cclf1); SELECT getvariable('top'); RESET VARIABLE top",
	"SET VARIABLE types = (SELECT list(type ORDER BY clm_id) FROM cclf1); SELECT getvariable('types')", "WITH x AS (SELECT 1 AS a) SELECT * FROM x; SELECT 2; ; SELECT 3;", "CREATE TEMP TABLE t5 AS WITH a AS (FROM cclf1) SELECT * FROM a; SUMMARIZE t5", "CREATE TEMP TABLE t6 AS PIVOT cclf1 ON type IN ('60', '40') USING sum(amt) GROUP BY mbi; FROM t6 ORDER BY ALL",
	"CREATE TEMP TABLE t7 AS SELECT 1 AS a; INSERT INTO t7 BY NAME SELECT 2 AS a; INSERT INTO t7 FROM t7; SELECT sum(a) FROM t7", "CREATE TEMP TABLE t8 (a INT, l INT[], s STRUCT(x INT), d DECIMAL(9, 2)); INSERT INTO t8 VALUES (1, [1], {'x': 1}, 1.5); INSERT INTO t8 (a) VALUES (2) RETURNING a + 1 AS b; FROM t8", "CREATE TEMP TABLE t9 AS SELECT i, i % 7 AS m FROM range(5000) t(i); SELECT m, count(*) FROM t9 GROUP BY m ORDER BY m; SELECT count(*) FROM t9 a JOIN t9 b ON a.i = b.m; CREATE INDEX ix ON t9 (i); FROM t9 WHERE i = 77",
	// Unusual plans.
	"SELECT count(*) FROM cclf1 a JOIN cclf2 b ON a.clm_id = b.clm_id AND b.line > (SELECT avg(line) FROM cclf2 c WHERE c.clm_id = a.clm_id)", "SELECT sum(DISTINCT amt), count(DISTINCT type) FROM cclf1", "SELECT type, list(DISTINCT mbi ORDER BY mbi) FROM cclf1 GROUP BY type ORDER BY 1", "SELECT 1 WHERE false", "SELECT * FROM cclf1 LIMIT 0", "SELECT * FROM cclf1 ORDER BY clm_id LIMIT (SELECT 2)", "SELECT max(i) FROM range(200000) t(i) GROUP BY i % 3 ORDER BY 1",
	"FROM (FROM cclf1 ORDER BY amt LIMIT 2) ORDER BY clm_id", "SELECT i % 2, i % 3, sum(i) FROM range(100) t(i) GROUP BY ROLLUP (i % 2, i % 3) ORDER BY ALL", "SELECT * FROM (SELECT unnest([1, 2]) a), (SELECT unnest([3, 4]) b) ORDER BY ALL", "SELECT sum(a.i * b.i) FROM range(100) a(i), range(100) b(i) WHERE a.i + b.i < 50 AND a.i <> b.i", "SELECT x FROM (SELECT 1 AS x UNION ALL SELECT 2) WHERE x = (SELECT max(y) FROM (VALUES (1), (2)) t(y))",
	"SELECT clm_id FROM cclf1 WHERE clm_id LIKE '00%' AND type = $$60$$ AND from_dt >= '2024-01-01' ORDER BY 1",
}

// TestLegitimate runs the queries of analysts with and without the fence, and checks
// that the results are the same.
func TestLegitimate(t *testing.T) {
	synthtest.WithoutRace(t)
	t.Parallel()
	dir := dataSet(t, map[string]string{
		"cclf1/part-00000.parquet": `SELECT * FROM (VALUES ('0001', 'A', '60', 12.50, DATE '2024-01-31'), ('0002', 'A', '40', 8.25, DATE '2024-02-29'),
			('0003', 'B', '60', 99.99, DATE '2024-03-01'), ('0004', 'C', '40', 0.05, DATE '2024-03-02')) t(clm_id, mbi, type, amt, from_dt)`,
		"cclf2/part-00000.parquet": "SELECT * FROM (VALUES ('0001', 1, DATE '2024-01-30'), ('0001', 2, DATE '2024-02-01'), ('0003', 1, DATE '2024-02-28')) t(clm_id, line, svc_dt)",
	})
	parts, err := Open(t.Context(), dir, Options{Threads: 2})
	if err != nil {
		t.Fatal(err)
	}
	defer parts.Close()
	plain, err := connect(t.Context(), Options{Threads: 2, TempDir: t.TempDir()}, -1, []string{dir}, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer plain.Close()
	for _, f := range parts.tables {
		if err := plain.exec(t.Context(), viewSQL(f)); err != nil {
			t.Fatal(err)
		}
	}
	if len(legitimate) < 120 {
		t.Errorf("%d queries", len(legitimate))
	}
	for _, sql := range legitimate {
		var got, want strings.Builder
		err := parts.Run(t.Context(), sql, func(rows *Rows) error { return writeCSV(&got, rows) })
		if err != nil {
			t.Errorf("%s:\n%v", sql, err)
			continue
		}
		for _, stmt := range split(sql) {
			rows, err := plain.unfenced(t.Context(), stmt.text)
			if err != nil {
				t.Fatalf("without a fence: %s:\n%v", stmt.text, err)
			}
			if len(rows.Columns()) > 0 {
				err = writeCSV(&want, rows)
			}
			if err = errors.Join(err, rows.Close()); err != nil {
				t.Fatalf("without a fence: %s:\n%v", stmt.text, err)
			}
		}
		if own(sql) {
			continue
		}
		if diff := cmp.Diff(want.String(), got.String()); diff != "" {
			t.Errorf("%s (-without the fence +within):\n%s", sql, diff)
		}
	}
}

// unfenced runs a statement without judging it.
func (db *DB) unfenced(ctx context.Context, sql string) (*Rows, error) {
	p, err := db.prepare(sql)
	if err != nil {
		return nil, err
	}
	switch p.kind {
	case duckdb.STATEMENT_TYPE_SELECT:
		return db.runSelect(ctx, sql, p, nil)
	case duckdb.STATEMENT_TYPE_EXPLAIN, duckdb.STATEMENT_TYPE_INSERT:
		if !p.returning() {
			break
		}
		return db.runDirect(ctx, sql, nil)
	}
	_, err = db.conn.ExecContext(ctx, sql)
	return &Rows{}, err
}

// own reports whether the fence is meant to change the result.
func own(sql string) bool {
	upper := strings.ToUpper(sql)
	if strings.HasPrefix(upper, "EXPLAIN") { // has times
		return true
	}
	stmt := split(sql)
	_, described := (&DB{tables: complete(nil, schema.Tables())}).described(stmt[0].text) // has comments too
	return described
}
