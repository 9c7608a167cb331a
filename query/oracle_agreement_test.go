//go:build cgo

package query_test

import (
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cclf-tools/cclf/internal/render"
	"github.com/cclf-tools/cclf/internal/synth"
	"github.com/cclf-tools/cclf/internal/synth/synthtest"
	"github.com/cclf-tools/cclf/query"
	"github.com/cclf-tools/cclf/schema"
)

// write writes tables as a data set.
func write(t *testing.T, tables map[string][]row) string {
	t.Helper()
	dir := t.TempDir()
	for name, rows := range tables {
		if err := os.Mkdir(filepath.Join(dir, name), 0o700); err != nil {
			t.Fatal(err)
		}
		f, err := os.Create(filepath.Join(dir, name, "part-00000.csv"))
		if err != nil {
			t.Fatal(err)
		}
		var labels []string
		for _, field := range schema.Lookup(name).Fields {
			labels = append(labels, field.Label)
		}
		records := [][]string{labels}
		for _, r := range rows {
			record := make([]string, len(labels))
			for i, label := range labels {
				record[i] = r[label]
			}
			for label := range r {
				if !slices.Contains(labels, label) {
					t.Fatalf("%s has no column %s", name, label)
				}
			}
			records = append(records, record)
		}
		if err := csv.NewWriter(f).WriteAll(records); err != nil {
			t.Fatal(err)
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// A computed metric has the names of its columns, and its rows.
type computed struct {
	columns []string
	rows    [][]string
}

// compute computes a metric.
func compute(t *testing.T, run *query.MetricRun, name string) computed {
	t.Helper()
	m := query.LookupMetric(name)
	if m == nil {
		t.Fatalf("there is no metric %s", name)
	}
	rows, err := run.Query(t.Context(), m)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	defer rows.Close()
	var c computed
	for _, column := range rows.Columns() {
		c.columns = append(c.columns, column.Name)
	}
	for rows.Next() {
		var row []string
		for _, v := range rows.Values() {
			if v == nil {
				row = append(row, "-")
				continue
			}
			row = append(row, render.Text(v))
		}
		c.rows = append(c.rows, row)
	}
	if err := rows.Err(); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return c
}

// only returns the rows with some of the columns.
func (c computed) only(names ...string) []string {
	var lines []string
	for _, row := range c.rows {
		var words []string
		for _, name := range names {
			words = append(words, row[slices.Index(c.columns, name)])
		}
		lines = append(lines, strings.Join(words, " "))
	}
	return lines
}

// agree compares all metrics of a scope with what they must be.
func agree(t *testing.T, w *world, db *query.DB, opts query.MetricOptions, s scope) {
	t.Helper()
	whole := start(t, db, opts)
	opts.Top = 1_000_000
	ranked := start(t, db, opts)
	check := func(name, columns string, want []string) {
		t.Helper()
		run := whole
		if strings.HasPrefix(name, "top_") { // not only the first twenty
			run = ranked
		}
		got := compute(t, run, name).only(strings.Fields(columns)...)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-oracle +metric):\n%s", name, diff)
		}
	}
	check("readmissions", "stays joined index_admissions readmissions planned excluded_died excluded_against_advice excluded_condition excluded_not_followed rate",
		[]string{w.readmissions(s)})
	visits := "people with_service rate"
	check("wellness_visits", visits, []string{w.withService(s, "G0402 G0438 G0439", false)})
	check("advance_care_planning", visits, []string{w.withService(s, "99497 99498", false)})
	check("chronic_care_management", visits+" service_months member_months months_rate",
		[]string{w.withService(s, "99490 99439 99491 99437 99487 99489", true)})
	check("transitional_care", "discharges with_service rate", []string{w.transitionalCare(s)})
	check("spending_by_category", "category paid program_paid", w.spendingByCategory(s))
	check("leakage", "category paid in_network out_of_network unknown in_network_share", w.leakage(s, rosterTINs, rosterNPIs, rosterCCNs))
	check("top_conditions", "condition icd people claims paid", w.topConditions(s))
	check("top_procedures", "hcpcs people claims lines paid", w.topProcedures(s))
	check("high_cost_members", "mbi total share_of_total cumulative_share", w.highCostMembers(s))
	check("concentration", "percent people all_people total all_total share_of_total", w.concentration(s))
	triangle := w.triangle(s)
	check("completion_triangle", "service_month lag paid cumulative", triangle.rows())
	check("completion_factors", "lag link_ratio completion months", triangle.factors())
	check("part_d_fills", "fills people generic brand unknown generic_share fills_30_days paid_by_people fills_with_cost total_cost part_d_months", w.partDFills(s))
	check("top_drugs", "ndc fills people days_supply paid_by_people fills_with_cost total_cost", w.topDrugs(s))
	check("office_visits", "kind visits people visits_enrolled member_months per_1000", w.officeVisits(s))
	check("length_of_stay", "kind stays people days length_of_stay paid paid_per_stay stays_enrolled member_months per_1000", w.lengthOfStay(s))
	check("facility_scorecard", "facility class people paid stays days length_of_stay paid_per_stay index_admissions readmissions readmission_rate emergency_visits observation_stays",
		w.facilityScorecard(s))
	check("provider_scorecard", "tin npi people lines office_visits wellness_visits paid paid_per_person", w.providerScorecard(s))
	check("deaths", "month deaths member_months rate", w.deaths(s))
	check("hospice", "people claims days paid deaths deaths_with_hospice share_with_hospice median_days", w.hospice(s))
	check("claim_lag", "claim_type claims median_days days_90_percent within_30_days within_60_days within_90_days", w.claimLag(s))
}

var (
	rosterTINs = map[string]bool{"010000001": true}
	rosterNPIs = map[string]bool{"1000000002": true, "1000000004": true}
	rosterCCNs = map[string]bool{"010001": true, "011301": true}
)

const roster = "tin,npi,ccn\n10000001,,\n,1000000002,010001\n,1000000004,11301\n"

// open opens a data set with a roster, and with a list of people.
func open(t *testing.T, dir string, people map[string]bool) *query.DB {
	t.Helper()
	files := t.TempDir()
	opts := query.Options{NoManifest: true}
	list := "mbi\n"
	for mbi := range people {
		list += mbi + "\n"
	}
	for name, content := range map[string]string{"roster": roster, "people": list} {
		path := filepath.Join(files, name+".csv")
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		opts.TableFiles = append(opts.TableFiles, query.TableFile{Name: name, Path: path})
	}
	db, err := query.Open(t.Context(), dir, opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

func start(t *testing.T, db *query.DB, opts query.MetricOptions) *query.MetricRun {
	t.Helper()
	run, err := db.StartMetrics(t.Context(), opts)
	if err != nil {
		t.Fatal(err)
	}
	if err := run.Materialize(t.Context(), query.Metrics()); err != nil {
		t.Fatal(err)
	}
	return run
}

// TestOracleInvented has data in which rare things are common.
func TestOracleInvented(t *testing.T) {
	t.Parallel()
	synthtest.WithoutRace(t)
	tables := invent(1, 150)
	some := map[string]bool{}
	for i := range 100 {
		some[fmt.Sprintf("1A%03dAA0", i)] = true
	}
	w, db := newWorld(tables), open(t, write(t, tables), some)
	agree(t, w, db, query.MetricOptions{}, scope{})
	agree(t, w, db, query.MetricOptions{From: "2023-05", To: "2024-08", Population: "people"}, scope{from: 2023*12 + 4, to: 2024*12 + 7, people: some})
}

// TestOracleSynthetic has the true rows of exports of all API versions.
func TestOracleSynthetic(t *testing.T) {
	t.Parallel()
	synthtest.WithoutRace(t)
	for _, api := range synth.APIs() {
		t.Run(api, func(t *testing.T) {
			t.Parallel()
			dir, _ := synthtest.Write(t, synth.Options{API: api, Beneficiaries: 25, Truth: true})
			tables := map[string][]row{}
			for _, name := range []string{"cclf1", "cclf2", "cclf5", "cclf6", "cclf7", "cclf8", "cclf9", "claims", "enrollment", "part_d_costs"} {
				for _, r := range synthtest.Truth(t, dir, name) {
					tables[name] = append(tables[name], r)
				}
			}
			agree(t, newWorld(tables), open(t, write(t, tables), nil), query.MetricOptions{}, scope{})
		})
	}
}
