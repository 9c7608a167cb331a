//go:build cgo

package query

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/cclf-tools/cclf/internal/synth/synthtest"
)

// TestViewsOnDemand checks that tables can be named in every way, although a view is
// made only when a statement needs it.
func TestViewsOnDemand(t *testing.T) {
	synthtest.WithoutRace(t)
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

// TestViewsListed lists the views of metrics before a statement named one, and lists
// none of a data set that cannot have them.
func TestViewsListed(t *testing.T) {
	synthtest.WithoutRace(t)
	t.Parallel()
	const sql = "SELECT count(*) > 10 FROM information_schema.tables WHERE table_schema = 'met' || 'rics'"
	for _, tt := range []struct {
		files map[string]string
		want  bool
	}{
		{nil, true},
		{map[string]string{"cclf1/part-00000.csv": "cur_clm_uniq_id\n7\n"}, false},
	} {
		db, err := Open(t.Context(), dataSet(t, tt.files), Options{Threads: 1})
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		if got := get(t, db, sql); got[0][0] != tt.want {
			t.Errorf("%v: %v, want %v", tt.files, got, tt.want)
		}
		err = db.Run(t.Context(), "FROM metrics.payments", drain)
		if tt.want != (err == nil) || err != nil && !strings.Contains(err.Error(), "clm_") {
			t.Errorf("%v: %v", tt.files, err)
		}
	}
}
