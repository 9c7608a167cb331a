//go:build cgo

package query

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cclf-tools/cclf/internal/synth/synthtest"
)

// TestOpenSets queries two data sets together, one of them in a database file.
func TestOpenSets(t *testing.T) {
	synthtest.WithoutRace(t)
	t.Parallel()
	jan := dataSet(t, map[string]string{
		"cclf1/part-00000.csv":                       "CUR_CLM_UNIQ_ID,CLM_PMT_AMT\n1,10.00\n2,5.00\n",
		"partially_adjudicated/cclf1/part-00000.csv": "CUR_CLM_UNIQ_ID\n9\n",
	})
	feb := databaseSet(t, dataSet(t, map[string]string{"cclf1/part-00000.csv": "CUR_CLM_UNIQ_ID,CLM_PMT_AMT\n2,6.00\n3,7.00\n"}))
	roster := filepath.Join(dataSet(t, map[string]string{"roster.csv": "id,tin\n2,012345678\n"}), "roster.csv")
	sets := []NamedSet{{"jan", jan}, {"feb", feb}}
	db, err := OpenSets(t.Context(), sets, Options{Threads: 1, TableFiles: []TableFile{{"roster", roster}}})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for sql, want := range map[string]string{
		"SELECT f.cur_clm_uniq_id, f.clm_pmt_amt - j.clm_pmt_amt, tin FROM jan.cclf1 j JOIN feb.cclf1 f USING (cur_clm_uniq_id) JOIN roster ON id = f.cur_clm_uniq_id": "2,1.00,012345678",
		"SELECT cur_clm_uniq_id FROM jan_partially_adjudicated.cclf1":                                        "9",
		"SELECT count(*) FROM feb.cclf9":                                                                     "0",
		"SELECT count(comment) = 2 FROM duckdb_columns() WHERE schema_name = 'feb' AND table_name = 'cclf1'": "true",
	} {
		rows, err := db.Query(t.Context(), sql)
		if err != nil {
			t.Errorf("%s: %v", sql, err)
			continue
		}
		var b strings.Builder
		if err := errors.Join(writeCSV(&b, rows), rows.Close()); err != nil {
			t.Errorf("%s: %v", sql, err)
		}
		_, got, _ := strings.Cut(b.String(), "\n")
		if diff := cmp.Diff(want, strings.TrimSpace(got)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", sql, diff)
		}
	}
	var tables []string
	rows, err := db.Tables(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for rows.Next() {
		tables = append(tables, rows.Values()[0].(string))
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil || tables[0] != "jan.cclf1" || tables[len(tables)-1] != "roster" {
		t.Errorf("tables %v, %v", tables, err)
	}
	for _, sql := range []string{"DROP VIEW jan.cclf1", "DROP SCHEMA jan CASCADE", "DELETE FROM _data2.main.cclf1", "FROM read_csv('/etc/passwd')"} {
		if err := db.Run(t.Context(), sql, drain); err == nil {
			t.Errorf("%s ran", sql)
		}
	}
}

func TestOpenSetsErrors(t *testing.T) {
	t.Parallel()
	dir := dataSet(t, nil)
	for _, names := range [][2]string{{"", ""}, {"a", "A"}, {"main", "b"}, {"a", "metrics"}, {"a b", "c"}, {"select", "b"}} {
		if db, err := OpenSets(t.Context(), []NamedSet{{names[0], dir}, {names[1], dir}}, Options{Threads: 1}); !errors.Is(err, ErrOptions) {
			t.Errorf("%q: %v %v, want ErrOptions", names, db, err)
		}
	}
	var e *DataSetError
	if _, err := OpenSets(t.Context(), []NamedSet{{"a", dir}, {"b", dir + "x"}}, Options{}); !errors.As(err, &e) || e.Dir != dir+"x" {
		t.Errorf("%v", err)
	}
}

// TestSetMetrics checks that each data set has the views that metrics are computed from.
func TestSetMetrics(t *testing.T) {
	synthtest.WithoutRace(t)
	t.Parallel()
	db, err := OpenSets(t.Context(), []NamedSet{{"jan", dataSet(t, nil)}, {"feb", dataSet(t, nil)}}, Options{Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for range 2 {
		got := get(t, db, "SELECT (SELECT count(*) FROM jan_metrics.final_action) AS a, (SELECT count(*) FROM Feb_Metrics.member_months) AS b")
		if diff := cmp.Diff([][]any{{int64(0), int64(0)}}, got); diff != "" {
			t.Error(diff)
		}
	}
}
