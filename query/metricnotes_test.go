//go:build cgo

package query

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/cclf-tools/cclf/internal/synth/synthtest"
)

// TestMetricWarnings checks the warnings of single metrics: by what they say, with and
// without a period in which there is a reason.
func TestMetricWarnings(t *testing.T) {
	t.Parallel()
	texts := map[string]string{
		"cclf1": `
			cur_clm_uniq_id bene_mbi_id clm_type_cd clm_blg_prvdr_oscar_num clm_thru_dt clm_pmt_amt clm_oprtnl_ime_amt clm_adjsmt_type_cd
			1 M 60 360001 2024-02-01 0.00 9.00 0
			2 M 60 360001 2024-03-01 100.00 9.00 0
			3 M 60 360001 2023-12-01 50.00 0.00 1`, // counts nowhere
		"cclf5": `
			cur_clm_uniq_id clm_line_num bene_mbi_id clm_type_cd clm_line_thru_dt clm_rndrg_prvdr_tax_num rndrg_prvdr_npi_num clm_line_cvrd_pd_amt
			4 1 M 71 2024-02-03 -  -    6.00
			4 2 M 71 2024-03-03 11 1002 94.00`,
		"enrollment": "bene_mbi_id part month\nM A 2024-01-01\nM B 2024-01-01\nM A 2024-02-01\nM B 2024-02-01",
	}
	db := openWithTables(t, texts, map[string]string{"roster": "ccn\n360001\n"})
	metrics := []*Metric{LookupMetric("spending_by_category"), LookupMetric("leakage"), LookupMetric("utilization")}
	for _, tt := range []struct {
		from string
		want []string
	}{
		{"", []string{
			"spending_by_category: 1 inpatient claims have add-on payments above what was paid",
			"1 of 2 member months are before the first payments, of 2024-02: rates of the whole period divide by them; leave them out with --from 2024-02",
		}},
		{"2024-03", nil},
	} {
		run, err := db.StartMetrics(t.Context(), MetricOptions{Basis: FinalAction, From: tt.from})
		if err != nil {
			t.Fatal(err)
		}
		got, err := run.Warnings(t.Context(), metrics, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, text := range []string{"add-on", "before the first payments", "leakage"} {
			has := slices.ContainsFunc(got, func(s string) bool { return strings.Contains(s, text) })
			want := slices.ContainsFunc(tt.want, func(s string) bool { return strings.Contains(s, text) })
			if has != want {
				t.Errorf("from %q: warning of %s: %v, want %v: %q", tt.from, text, has, want, got)
			}
		}
		for _, text := range tt.want {
			if !slices.ContainsFunc(got, func(s string) bool { return strings.HasPrefix(s, text) }) {
				t.Errorf("no warning %q in %q", text, got)
			}
		}
	}
	run, err := db.StartMetrics(t.Context(), MetricOptions{Basis: FinalAction})
	if err != nil {
		t.Fatal(err)
	}
	if first, err := run.FirstMonth(t.Context()); err != nil || first != "2024-02" {
		t.Errorf("the first month is %q, %v", first, err)
	}
	check(t, db, columnsOfMetric(t, db, "spending_by_month", "month, total", MetricOptions{Basis: FinalAction}), "2024-02-01 6.00\n2024-03-01 194.00")
	check(t, db, columnsOfMetric(t, db, "spending_per_member_month", "month, total, outside", MetricOptions{Basis: FinalAction}),
		"2024-01-01 0.00 0.00\n2024-02-01 6.00 0.00\n2024-03-01 0.00 194.00")
	few, err := run.Warnings(t.Context(), metrics, 11)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"spending_by_category: fewer than 11 inpatient claims", "fewer than 11 of 2 member months"} {
		if !slices.ContainsFunc(few, func(s string) bool { return strings.HasPrefix(s, want) }) {
			t.Errorf("no warning %q in %q", want, few)
		}
	}
	run, err = db.StartMetrics(t.Context(), MetricOptions{Basis: FinalAction, To: "2024-02"})
	if err != nil {
		t.Fatal(err)
	}
	got, err := run.Warnings(t.Context(), metrics, 0)
	if want := "leakage: 100 % of dollars are of providers without an identifier"; err != nil || !slices.ContainsFunc(got, func(s string) bool { return strings.HasPrefix(s, want) }) {
		t.Errorf("no warning %q in %q, %v", want, got, err)
	}
}

// TestSmallGroups checks which rows are of groups of few beneficiaries.
func TestSmallGroups(t *testing.T) {
	t.Parallel()
	synthtest.WithoutRace(t)
	db := openScope(t, map[string]string{"people": "mbi\nM\n"})
	for _, tt := range []struct {
		opts MetricOptions
		want string // of the rows: whether there are fewer than 2 beneficiaries
	}{
		{MetricOptions{}, "nil"},
		{MetricOptions{By: []string{"month"}}, "nil"},
		{MetricOptions{By: []string{"facility"}}, "nil"},
		{MetricOptions{By: []string{"state"}}, "true true"},
		{MetricOptions{By: []string{"facility"}, Population: "people"}, "true true"},
	} {
		run, err := db.StartMetrics(t.Context(), tt.opts)
		if err != nil {
			t.Fatal(err)
		}
		m := LookupMetric("spending_total")
		small, err := run.SmallGroups(t.Context(), m, 2)
		if err != nil {
			t.Fatal(err)
		}
		got := []string{"nil"}
		if small != nil {
			rows, err := run.Query(t.Context(), m)
			if err != nil {
				t.Fatal(err)
			}
			seen := map[string]bool{}
			got = nil
			for rows.Next() {
				if key := fmt.Sprint(rows.Values()[0]); !seen[key] {
					seen[key] = true
					got = append(got, fmt.Sprint(small(rows.Values())))
				}
			}
		}
		if text := strings.Join(got, " "); text != tt.want {
			t.Errorf("%+v: %s, want %s", tt.opts, text, tt.want)
		}
	}
}
