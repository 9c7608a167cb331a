//go:build cgo

package query

import (
	"errors"
	"slices"
	"testing"
)

// TestViewsOnDemand checks that tables can be named in every way, although a view is
// made only when a statement needs it.
func TestViewsOnDemand(t *testing.T) {
	t.Parallel()
	dir := dataSet(t, map[string]string{
		"cclf1/part-00000.csv":                       "cur_clm_uniq_id\n7\n",
		"partially_adjudicated/cclf1/part-00000.csv": "cur_clm_uniq_id\n8\n",
	})
	for sql, want := range map[string]any{
		`SELECT cur_clm_uniq_id FROM cclf1`:                                                                "7",
		`SELECT cur_clm_uniq_id FROM "CCLF1"`:                                                              "7",
		`SELECT cur_clm_uniq_id FROM query_table('ccl' || 'f1')`:                                           "7",
		`SELECT cur_clm_uniq_id FROM partially_adjudicated.cclf1`:                                          "8",
		`SELECT count(*) > 10 FROM (SHOW TABLES)`:                                                          true,
		`SELECT count(*) FROM information_schema.tables WHERE table_name = 'cclf1'`:                        int64(2),
		`SELECT count(*) > 10 FROM information_schema.tables WHERE table_schema = 'met' || 'rics'`:         true,
		`SELECT column_name FROM (DESCRIBE partially_adjudicated.cclf1)`:                                   "cur_clm_uniq_id",
		`WITH x AS (SELECT 1 AS one) SELECT (SELECT count(*) FROM "partially_adjudicated"."cclf1") FROM x`: int64(1),
	} {
		db, err := Open(t.Context(), dir, Options{Threads: 1})
		if err != nil {
			t.Fatal(err)
		}
		if got := get(t, db, sql); len(got) != 1 || got[0][0] != want {
			t.Errorf("%s: %v, want %v", sql, got, want)
		}
		for _, drop := range []string{"DROP VIEW cclf1", "DROP SCHEMA partially_adjudicated CASCADE"} {
			if err := db.Run(t.Context(), drop, drain); !errors.Is(err, ErrRefused) {
				t.Errorf("%s after %s: %v", drop, sql, err)
			}
		}
		db.Close()
	}
	db, err := Open(t.Context(), dir, Options{Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	get(t, db, "SELECT 1")
	if slices.ContainsFunc(db.tables, func(f tableSource) bool { return f.viewed }) {
		t.Error("a statement that names no table made views")
	}
}
