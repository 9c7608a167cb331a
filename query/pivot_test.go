//go:build cgo

package query

import (
	"fmt"
	"strings"
	"testing"
)

// TestPivot compares PIVOTs with the tables that they must make.
func TestPivot(t *testing.T) {
	t.Parallel()
	db := open(t, map[string]string{})
	get(t, db, `CREATE TEMP TABLE t AS SELECT * FROM (VALUES (9, 'a', 1), (10, 'b', 2), (10, 'it''s', 3), (NULL, 'a', 4)) x(y, k, v);
		CREATE TEMP TABLE u AS SELECT * FROM (VALUES ('a', 'X'), ('b', 'Y')) x(k, s)`)
	for _, tt := range []struct{ sql, columns, rows string }{
		{"PIVOT t ON y USING sum(v) GROUP BY k ORDER BY k", "k 9 10", "[[a 1 <nil>] [b <nil> 2] [it's <nil> 3]]"},
		{"pivot t on k using count(*) group by y order by y nulls last;", "y a b it's", "[[9 1 0 0] [10 0 1 1] [<nil> 1 0 0]]"},
		{"PIVOT t ON y, k IN ('a', 'b') USING sum(v)", "9_a 9_b 10_a 10_b", "[[1 <nil> <nil> 2]]"},
		{"PIVOT t ON y IN (10), k USING sum(v)", "10_a 10_b 10_it's", "[[<nil> 2 3]]"},
		{"PIVOT (FROM t WHERE v < 3) ON y || '-' || k USING sum(v)", "10-b 9-a", "[[2 1]]"},
		{"PIVOT (SELECT k, v FROM t) JOIN (SELECT k AS kk, s FROM u) ON k = kk ON s USING sum(v) GROUP BY kk ORDER BY kk", "kk X Y", "[[a 5 <nil>] [b <nil> 2]]"},
		{"PIVOT t JOIN u USING (k) ON s USING sum(v) GROUP BY k ORDER BY k", "k X Y", "[[a 5 <nil>] [b <nil> 2]]"},
		{"WITH a AS (FROM t), b(y, v) AS (SELECT y, v FROM a) PIVOT b ON y USING sum(v)", "9 10", "[[1 5]]"},
		{"WITH a AS (SELECT y, v FROM t), p AS (PIVOT a ON y USING sum(v)) FROM p", "9 10", "[[1 5]]"},
		{"WITH a AS (SELECT y, v FROM t) SELECT p.* FROM (SELECT 1) x, (PIVOT a ON y USING sum(v)) p", "9 10", "[[1 5]]"},
		{"SELECT a.*, b.* FROM (PIVOT (SELECT y, v FROM t) ON y USING sum(v)) a, (PIVOT (SELECT s FROM u) ON s USING count(*)) b", "9 10 X Y", "[[1 5 1 1]]"},
		{"CREATE OR REPLACE TEMP TABLE p AS PIVOT (SELECT y, v FROM t) ON y USING sum(v); FROM p", "9 10", "[[1 5]]"},
		{"FROM t PIVOT (sum(v) FOR y IN (9, 10) GROUP BY k) JOIN u ON (u.k = 'a') SELECT count(*) AS n", "n", "[[3]]"},
		{"UNPIVOT (SELECT 1 AS a, 2 AS b) ON a, b INTO NAME n VALUE v", "n v", "[[a 1] [b 2]]"},
		{"UNPIVOT (PIVOT (SELECT y, v FROM t) ON y USING sum(v)) ON COLUMNS(*) INTO NAME y VALUE v", "y v", "[[9 1] [10 5]]"},
	} {
		var columns []string
		var all [][]any
		err := db.Run(t.Context(), tt.sql, func(rows *Rows) error {
			for _, c := range rows.Columns() {
				columns = append(columns, c.Name)
			}
			for rows.Next() {
				all = append(all, append([]any(nil), rows.Values()...))
			}
			return rows.Err()
		})
		if err != nil {
			t.Errorf("%s: %v", tt.sql, err)
		} else if got := strings.Join(columns, " "); tt.rows != "" && (got != tt.columns || fmt.Sprint(all) != tt.rows) {
			t.Errorf("%s:\n%s %v\nwant %s %s", tt.sql, got, all, tt.columns, tt.rows)
		}
	}
}
