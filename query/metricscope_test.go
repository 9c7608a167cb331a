//go:build cgo

package query

import (
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cclf-tools/cclf/internal/synth/synthtest"
)

// scopeTables is a data set with two beneficiaries, N with a former MBI, in two states.
var scopeTables = map[string]string{
	"cclf8": `
		bene_mbi_id bene_mdcr_stus_cd bene_dual_stus_cd geo_usps_state_cd
		M 10 NA WI
		N 20 02 OH`,
	"cclf9": `
		prvs_num crnt_num
		OLD N`,
	"cclf1": `
		cur_clm_uniq_id bene_mbi_id clm_type_cd clm_blg_prvdr_oscar_num clm_from_dt clm_thru_dt clm_pmt_amt
		1 M   60 360001 2024-01-30 2024-02-01 1000.00
		2 OLD 40 360002 2024-03-10 2024-03-10 200.00
		3 N   60 360001 2024-04-10 2024-04-12 30.00`,
	"cclf5": `
		cur_clm_uniq_id clm_line_num bene_mbi_id clm_type_cd clm_line_thru_dt clm_rndrg_prvdr_tax_num rndrg_prvdr_npi_num clm_line_cvrd_pd_amt
		4 1 M 71 2024-01-31 11 1001 10.10
		4 2 M 71 2024-02-03 11 1002 20.20
		5 1 N 71 2024-04-03 12 1001 5.00`,
	"enrollment": `
		bene_mbi_id part month
		M A 2024-01-01
		M B 2024-01-01
		M A 2024-02-01
		M B 2024-02-01
		N A 2024-03-01
		N B 2024-03-01
		N A 2024-04-01`,
}

// openScope opens scopeTables with files as tables.
func openScope(t *testing.T, files map[string]string) *DB {
	t.Helper()
	var opts Options
	for name, text := range files {
		path := filepath.Join(t.TempDir(), name+".csv")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		opts.TableFiles = append(opts.TableFiles, TableFile{Name: name, Path: path})
	}
	opts.NoManifest = true
	db, err := Open(t.Context(), dataSet(t, tables(t, scopeTables)), opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

// TestScope computes metrics of periods, groups and populations by hand.
func TestScope(t *testing.T) {
	synthtest.WithoutRace(t)
	t.Parallel()
	db := openScope(t, map[string]string{
		"population": "MBI\nold\nN\n1XX0-XX0-XX00\n",
		"monthly":    "mbi,month\nM,2024-01\nN,\n",
		"roster":     "mbi,site,tin\nM,north,7\nN,south,8\n",
	})
	const pmpm = "spending_per_member_month"
	for _, tt := range []struct {
		name, metric string
		opts         MetricOptions
		want         string
	}{
		{"months", pmpm, MetricOptions{}, `
			2024-01-01 1 0.00 10.10 10.10 10.10 0.00 1 10.10 10.10
			2024-02-01 1 1000.00 20.20 1020.20 1020.20 0.00 1 1020.20 1020.20
			2024-03-01 1 200.00 0.00 200.00 200.00 0.00 1 200.00 200.00
			2024-04-01 0 0.00 0.00 0.00 - 35.00 0 0.00 -`},
		{"period", pmpm, MetricOptions{From: "2024-02", To: "2024-03", By: []string{"quarter"}}, `
			2024-Q1 2 1200.00 20.20 1220.20 610.10 0.00 2 1220.20 610.10`},
		{"states", pmpm, MetricOptions{By: []string{"state"}}, `
			OH 1 200.00 0.00 200.00 200.00 35.00 1 200.00 200.00
			WI 2 1000.00 30.30 1030.30 515.15 0.00 2 1030.30 515.15`},
		{"enrollment types", pmpm, MetricOptions{By: []string{"enrollment_type"}, Top: 1}, `
			aged non-dual 2 1000.00 30.30 1030.30 515.15 0.00 2 1030.30 515.15`},
		{"a group that does not split people", pmpm, MetricOptions{By: []string{"tin"}, To: "2024-02"}, `
			11 2 0.00 30.30 30.30 15.15 0.00 2 30.30 15.15
			- 2 1000.00 0.00 1000.00 500.00 0.00 2 1000.00 500.00`},
		{"a table", pmpm, MetricOptions{By: []string{"roster.site", "year"}}, `
			north 2024 2 1000.00 30.30 1030.30 515.15 0.00 2 1030.30 515.15
			south 2024 1 200.00 0.00 200.00 200.00 35.00 1 200.00 200.00`},
		{"a column of a table with the name of another", "spending_total", MetricOptions{By: []string{"roster.tin"}, Top: 1}, `
			7 A and B 1030.30 1
			8 A and B 235.00 1`},
		{"a population, with a former MBI", "spending_total", MetricOptions{Population: "population"}, `
			A, institutional 230.00 1
			B, physician 5.00 1
			B, equipment 0.00 0
			A and B 235.00 1`},
		{"a population by month", "spending_total", MetricOptions{Population: "monthly"}, `
			A, institutional 230.00 1
			B, physician 15.10 2
			B, equipment 0.00 0
			A and B 245.10 2`},
		{"months of a population", "member_months", MetricOptions{Population: "monthly", By: []string{"year"}}, `
			2024 3 2 0 0 2 3 2 0`},
		{"rows of their own kind", "spending_by_claim_type", MetricOptions{By: []string{"claim_type"}}, `
			40 A outpatient 1 0 1 200.00
			60 A inpatient 2 0 2 1030.00
			71 B physician 2 0 2 35.30`},
		{"the highest in each group", "spending_by_claim_type", MetricOptions{By: []string{"state"}, Top: 1}, `
			OH A 40 outpatient 1 0 1 200.00
			WI A 60 inpatient 1 0 1 1000.00`},
		{"stays", "utilization", MetricOptions{By: []string{"facility"}, Top: 1, From: "2024-01", To: "2024-01"}, `
			360001 inpatient days 2 0 2 1 24000.00`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			check(t, db, metricSQL(t, db, tt.metric, tt.opts), tt.want)
		})
	}
	run, err := db.StartMetrics(t.Context(), MetricOptions{Population: "population", From: "2024-03"})
	if err != nil {
		t.Fatal(err)
	}
	p, err := run.Population(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprintf("%+v", *p); got != "{Name:population Listed:2 Found:1 NotFound:1 MemberMonths:{Inside:1 Outside:0} Paid:{Inside:235.00 Outside:0.00}}" {
		t.Error(got)
	}
	for least, want := range map[int64]bool{1: false, 2: true} {
		if months, paid := run.SmallPopulation(least); months != want || paid != want {
			t.Errorf("few of %d: %t, %t, want %t", least, months, paid, want)
		}
	}
}

// TestGroupedWarnings has a group of a table, and nothing before that needs the MBIs.
func TestGroupedWarnings(t *testing.T) {
	t.Parallel()
	db := openScope(t, map[string]string{"roster": "mbi,site\nold,north\nM,south\nN,east\nN,west\n"})
	run, err := db.StartMetrics(t.Context(), MetricOptions{By: []string{"roster.site"}})
	if err != nil {
		t.Fatal(err)
	}
	got, err := run.Warnings(t.Context(), []*Metric{LookupMetric("spending_total")}, 0)
	if want := "beneficiaries have several values of site in table roster: the least counts"; err != nil || !slices.ContainsFunc(got, func(s string) bool { return strings.HasSuffix(s, want) }) {
		t.Errorf("no warning %q in %q, %v", want, got, err)
	}
}

// TestScopeErrors refuses options that cannot be used.
func TestScopeErrors(t *testing.T) {
	t.Parallel()
	db := openScope(t, map[string]string{"roster": "mbi,paid\nM,1\n", "nobody": "name\nM\n", "wrong": "mbi,month\nM,May\n"})
	for want, opts := range map[string]MetricOptions{
		`From "2024-13"`:      {From: "2024-13"},
		`To "2024-1"`:         {To: "2024-1"},
		`From "2024-02"`:      {From: "2024-02", To: "2024-01"},
		`By "stat"`:           {By: []string{"stat"}},
		`By "facility"`:       {By: []string{"facility"}},
		`By "other.x"`:        {By: []string{"other.x"}},
		`By "roster.x"`:       {By: []string{"roster.x"}},
		`By "nobody.name"`:    {By: []string{"nobody.name"}},
		`By "roster.MBI"`:     {By: []string{"roster.MBI"}},
		`Population "none"`:   {Population: "none"},
		`Population "nobody"`: {Population: "nobody"},
		`Population "wrong"`:  {Population: "wrong"},
		`By "month": two`:     {By: []string{"month", "month"}},
		`Top "-1"`:            {Top: -1},
	} {
		run, err := db.StartMetrics(t.Context(), opts)
		if err == nil {
			err = run.Check(t.Context(), LookupMetric("member_months"))
		}
		if _, ok := errors.AsType[*MetricOptionError](err); !ok || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%s: %v", want, err)
		}
	}
	run, err := db.StartMetrics(t.Context(), MetricOptions{By: []string{"roster.paid"}})
	if err != nil {
		t.Fatal(err)
	}
	if err := run.Check(t.Context(), LookupMetric("spending_total")); err == nil {
		t.Error("a group with the name of a column of the metric")
	}
}

// TestScripts runs the SQL of each metric in a DuckDB of its own, which has tables of
// the same names, and compares the rows with those of the metric. A DB lets the SQL
// through. The basis of debits and credits changes views only, so one script of each set of
// views is enough of it.
func TestScripts(t *testing.T) {
	synthtest.WithoutRace(t)
	t.Parallel()
	for _, basis := range []Basis{FinalAction, DebitCredit} {
		db := openScope(t, map[string]string{"roster": "tin,npi,ccn\n11,,\n"})
		run, err := db.StartMetrics(t.Context(), MetricOptions{Basis: basis, From: "2024-01"})
		if err != nil {
			t.Fatal(err)
		}
		if err := run.Materialize(t.Context(), Metrics()); err != nil {
			t.Fatal(err)
		}
		if err := db.allViews(t.Context()); err != nil {
			t.Fatal(err)
		}
		other, err := sql.Open("duckdb", "")
		if err != nil {
			t.Fatal(err)
		}
		defer other.Close()
		if _, err := other.ExecContext(t.Context(), "CREATE TABLE roster AS SELECT '11' AS tin, NULL AS npi, NULL AS ccn; CREATE TABLE cclf1 AS SELECT 1 AS mine; CREATE VIEW payments AS SELECT 2 AS mine"); err != nil {
			t.Fatal(err)
		}
		compared := map[string]bool{}
		for _, m := range Metrics() {
			script, err := run.Script(m)
			if err != nil {
				t.Fatal(err)
			}
			plain, err := m.Script(MetricOptions{Basis: basis})
			if err != nil {
				t.Fatal(err)
			}
			// Not all metrics have these groups.
			grouped, _ := m.Script(MetricOptions{Basis: basis, By: []string{"year", "enrollment_type"}})
			for _, text := range []string{script, plain, grouped} {
				if n := strings.Count(text, "\n"); n > 120 {
					t.Errorf("%s, %s: %d lines", m.Name, basis, n)
				}
			}
			head, statement, _ := strings.Cut(script, "\nWITH\n")
			if strings.Contains(head, "MACRO") {
				if _, err := other.ExecContext(t.Context(), head); err != nil {
					t.Fatal(err)
				}
			}
			views, _, ok := strings.Cut(statement, ", metric AS ")
			if !ok {
				t.Fatalf("%s: a script without the metric:\n%s", m.Name, script)
			}
			names := fmt.Sprint(viewName.FindAllString(views, -1))
			if basis == DebitCredit && compared[names] {
				continue
			}
			compared[names] = true
			// The basis of debits and credits adds the views that pair rows, which
			// final_action reads.
			if basis == FinalAction || m.Name == "final_action" {
				for _, stmt := range split(script) {
					if stmt.verb == "CREATE" { // a macro
						err = db.Run(t.Context(), stmt.text, nil)
					} else {
						_, _, err = db.check(t.Context(), stmt, nil)
					}
					if err != nil {
						t.Errorf("%s: %v", m.Name, err)
					}
				}
			}
			got, err := textOf(other.QueryContext(t.Context(), asText("WITH\n"+strings.TrimSuffix(statement, ";\n"))))
			if err != nil {
				t.Errorf("%s: %v", m.Name, err)
				continue
			}
			metric, err := run.SQL(m)
			if err != nil {
				t.Fatal(err)
			}
			want, err := textOf(db.conn.QueryContext(t.Context(), asText(metric)))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s: the script has other rows (-metric +script):\n%s", m.Name, diff)
			}
		}
	}
}

// viewName matches the name of a view in a script.
var viewName = regexp.MustCompile(`\w+ AS (NOT )?(MATERIALIZED )?\(`)

// asText returns SQL with the result of a SELECT as text.
func asText(sql string) string { return "SELECT COLUMNS(*)::VARCHAR FROM (" + sql + ")" }

// textOf returns the rows of a result of text.
func textOf(rows *sql.Rows, err error) (list []string, _ error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return nil, err
	}
	values, targets := make([]sql.NullString, len(columns)), make([]any, len(columns))
	for i := range values {
		targets[i] = &values[i]
	}
	for rows.Next() {
		if err := rows.Scan(targets...); err != nil {
			return nil, err
		}
		list = append(list, fmt.Sprint(columns, values))
	}
	return list, rows.Err()
}

// TestViewsOfDatabase reads the views in a database file under another name.
func TestViewsOfDatabase(t *testing.T) {
	synthtest.WithoutRace(t)
	t.Parallel()
	texts := map[string]string{}
	for _, name := range metricTables {
		if texts[name] = scopeTables[name]; texts[name] == "" {
			texts[name] = "cur_clm_uniq_id"
		}
	}
	file := filepath.Join(t.TempDir(), "cclf.duckdb")
	if err := Export(t.Context(), dataSet(t, tables(t, texts)), file, Options{}); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("duckdb", "")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), "ATTACH "+quote(file)+" AS other (READ_ONLY)"); err != nil {
		t.Fatal(err)
	}
	var paid string
	var stays int
	err = db.QueryRowContext(t.Context(), "SELECT (SELECT sum(paid) FROM other.metrics.payments)::VARCHAR, (SELECT count(*) FROM other.metrics.stays)").Scan(&paid, &stays)
	if err != nil || paid != "1265.30" || stays != 2 {
		t.Errorf("paid %s in %d stays, %v", paid, stays, err)
	}
}
