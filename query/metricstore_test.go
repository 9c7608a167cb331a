//go:build cgo

package query

import (
	"fmt"
	"testing"
)

// TestMaterialize compares the results of metrics from views with those from what was
// computed once, and checks that it was.
func TestMaterialize(t *testing.T) {
	t.Parallel()
	db := openScope(t, nil)
	run, err := db.StartMetrics(t.Context(), MetricOptions{By: []string{"year"}})
	if err != nil {
		t.Fatal(err)
	}
	list := []*Metric{LookupMetric("spending_total"), LookupMetric("utilization"), LookupMetric("part_d_cost"), LookupMetric("advance_care_planning"), LookupMetric("wellness_visits")}
	all := func() (text string) {
		for _, m := range list {
			rows, err := run.Query(t.Context(), m)
			if err != nil {
				t.Fatal(err)
			}
			for rows.Next() {
				text += fmt.Sprintln(rows.Values()...)
			}
			if err := rows.Close(); err != nil {
				t.Fatal(err)
			}
		}
		return text
	}
	before := all()
	if db.views["star_claims"] != missing || db.views["episodes"] != missing {
		t.Errorf("views that no metric reads: %v", db.views)
	}
	if err := run.Materialize(t.Context(), list); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]viewState{"payments": stored, "services": stored, "part_d": computed, "episodes": missing} {
		if got := db.views[name]; got != want {
			t.Errorf("%s: state %d, want %d", name, got, want)
		}
	}
	if after := all(); after != before || before == "" {
		t.Errorf("from views:\n%s\nfrom tables:\n%s", before, after)
	}
}

func TestCanStoreClaims(t *testing.T) {
	t.Parallel()
	for size, want := range map[string]int64{"512 bytes": 512, "1.5 KiB": 1536, "100.0 MiB": 100 << 20, "2.5 GiB": 5 << 29, "1.0 TiB": 1 << 40} {
		if got := bytesOf(size); got != want {
			t.Errorf("%s: %d bytes, want %d", size, got, want)
		}
	}
	dir := dataSet(t, map[string]string{"cclf5/part-00000.parquet": "SELECT range AS CUR_CLM_UNIQ_ID FROM range(1000000)"})
	for limit, want := range map[string]bool{"1GB": false, "2GB": true} {
		db, err := Open(t.Context(), dir, options(dir, Options{Threads: 1, MemoryLimit: limit}))
		if err != nil {
			t.Fatal(err)
		}
		if err := db.ensureBasis(t.Context(), FinalAction); err != nil {
			t.Fatal(err)
		}
		got, err := db.canStoreClaims(t.Context())
		if err != nil || got != want {
			t.Errorf("%s: %v, %v, want %v", limit, got, err, want)
		}
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}
}
