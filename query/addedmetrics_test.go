//go:build cgo

package query

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cclf-tools/cclf/internal/synth/synthtest"
)

// enrolled returns rows of enrollment: Parts A and B of people, from the first month
// of 2024 to the last of a number of months.
func enrolled(months int, people ...string) string {
	var b strings.Builder
	b.WriteString("bene_mbi_id part month\n")
	for _, mbi := range people {
		for m := range months {
			fmt.Fprintf(&b, "%s A %d-%02d-01\n%[1]s B %[2]d-%02[3]d-01\n", mbi, 2024+m/12, m%12+1)
		}
	}
	return b.String()
}

// columnsOfMetric returns a query for some columns of a metric.
func columnsOfMetric(t *testing.T, db *DB, name, columns string, opts MetricOptions) string {
	t.Helper()
	return "SELECT " + columns + " FROM (" + metricSQL(t, db, name, opts) + ")"
}

// TestOverlappingStays has claims that begin before the discharge of an earlier one of
// the same hospital, with another diagnosis: they are no readmissions, and do not hide
// those that follow.
func TestOverlappingStays(t *testing.T) {
	t.Parallel()
	db := prepare(t, map[string]string{
		"cclf1": `
			cur_clm_uniq_id bene_mbi_id clm_type_cd clm_blg_prvdr_oscar_num clm_from_dt clm_thru_dt bene_ptnt_stus_cd prncpl_dgns_cd dgns_drg_cd clm_admsn_type_cd
			101 A 60 010001 2024-01-01 2024-01-05 01 I509 291 1
			102 A 60 010001 2024-01-01 2024-01-05 01 A419 871 1
			201 B 60 010001 2024-01-01 2024-01-31 30 I509 291 1
			202 B 60 010001 2024-01-01 2024-02-05 01 I509 291 1
			203 B 60 010001 2024-02-01 2024-02-03 30 A419 871 1
			204 B 60 010001 2024-03-06 2024-03-07 01 I509 291 3
			301 C 60 010001 2024-01-01 2024-01-10 01 I509 291 1
			302 C 60 010001 2024-01-03 2024-01-05 01 A419 871 3
			303 C 60 010001 2024-02-09 2024-02-11 01 A419 871 1
			401 D 60 010001 2024-01-05 2024-01-05 01 I509 291 1
			402 D 60 010001 2024-01-05 2024-01-05 01 J189 193 1
			403 D 60 010001 2024-02-29 2024-03-01 01 J189 193 1
			501 E 60 010001 2024-06-01 2024-06-05 01 I509 291 1`,
		"enrollment": enrolled(7, "A", "B", "C", "D", "E"),
	}, AutoBasis, FinalAction)
	check(t, db, `SELECT mbi, strftime(from_day, '%m-%d'), strftime(discharge_day, '%m-%d'), followed_by
		FROM metrics.episodes WHERE mbi <> 'E' ORDER BY ALL`, `
		A 01-01 01-05 -
		A 01-01 01-05 -
		B 01-01 02-05 planned
		B 02-01 02-03 -
		B 03-06 03-07 -
		C 01-01 01-10 readmission
		C 01-03 01-05 -
		C 02-09 02-11 -
		D 01-05 01-05 readmission
		D 01-05 01-05 -
		D 02-29 03-01 -`)
}

// TestReadmissions has a case for each beneficiary.
func TestReadmissions(t *testing.T) {
	t.Parallel()
	var people []string
	for mbi := range strings.SplitSeq("ABCDEFGHIJLMNPQ", "") { // K is enrolled too briefly
		people = append(people, mbi)
	}
	claims := `
		cur_clm_uniq_id bene_mbi_id clm_type_cd clm_blg_prvdr_oscar_num clm_from_dt clm_thru_dt bene_ptnt_stus_cd prncpl_dgns_cd dgns_drg_cd clm_admsn_type_cd clm_mdcr_npmt_rsn_cd
		101 A 60 010001 2024-01-01 2024-01-05 01 I509 291 1 -
		102 A 60 010001 2024-02-04 2024-02-05 01 I509 291 1 -
		201 B 60 010001 2024-01-01 2024-01-05 01 I509 291 1 -
		202 B 60 010001 2024-02-05 2024-02-06 01 I509 291 1 -
		301 C 60 010001 2024-01-01 2024-01-05 02 I509 291 1 -
		302 C 60 010002 2024-01-05 2024-01-09 01 A419 871 1 -
		401 D 60 010001 2024-01-01 2024-01-05 01 I509 291 1 -
		402 D 60 010002 2024-01-06 2024-01-09 01 A419 871 1 -
		403 D 60 010002 2024-01-11 2024-01-12 01 A419 871 1 -
		501 E 60 010001 2024-01-01 2024-01-05 01 I509 291 1 -
		502 E 60 010001 2024-01-05 2024-01-09 01 I509 291 1 -
		601 F 60 010001 2024-01-01 2024-01-05 01 I509 291 1 -
		602 F 60 010001 2024-01-05 2024-01-09 01 A419 871 1 -
		701 G 60 010001 2024-01-01 2024-01-05 01 I509 291 1 -
		702 G 60 010001 2024-01-06 2024-01-09 01 I509 291 1 -
		801 H 60 010001 2024-01-01 2024-01-05 20 I509 291 1 -
		802 H 60 010001 2024-02-01 2024-02-05 07 I509 291 1 -
		901 I 60 010001 2024-01-01 2024-01-05 01 F200 885 1 -
		902 I 60 010001 2024-01-20 2024-01-22 01 I509 291 1 -
		1001 J 60 010001 2024-01-01 2024-01-05 01 I509 291 1 -
		1002 J 60 010001 2024-01-10 2024-01-12 01 M170 470 3 -
		1003 J 60 010001 2024-01-20 2024-01-22 01 I509 291 1 -
		1101 K 60 010001 2024-01-01 2024-01-05 01 I509 291 1 -
		1201 L 60 010001 2024-01-01 2024-01-05 01 I509 291 1 -
		1301 M 60 011301 2024-01-01 2024-01-05 01 I509 291 1 -
		1302 M 60 01T001 2024-01-07 2024-01-20 01 I509 945 1 -
		1303 M 60 012001 2024-01-21 2024-01-22 01 I509 189 1 -
		1304 M 60 010879 2024-01-23 2024-01-24 01 I509 291 1 N
		1401 N 60 010880 2024-01-01 2024-01-05 01 I509 291 1 -
		1501 P 60 010001 2024-06-01 2024-06-05 01 I509 291 1 -
		1601 Q 60 010001 2024-01-01 2024-01-31 30 I509 291 1 -
		1602 Q 60 010001 2024-02-01 2024-02-03 01 I509 291 1 -
		1603 Q 60 010001 2024-03-02 2024-03-04 01 C920 838 1 -
		1604 Q 60 010001 2024-06-20 2024-06-22 20 C920 838 1 -`
	months := enrolled(7, people...) + "K A 2024-01-01\nK B 2024-01-01\n"
	months = strings.ReplaceAll(strings.ReplaceAll(months, "L A 2024-03-01\n", ""), "L A 2024-02-01\n", "")
	db := prepare(t, map[string]string{
		"cclf1":      claims,
		"enrollment": months,
		"cclf8": `
			bene_mbi_id bene_death_dt
			L 2024-01-20
			K -`,
	}, AutoBasis, FinalAction)
	check(t, db, `SELECT
			mbi, sum(stays)::BIGINT, count(*), count(*) FILTER (WHERE exclusion IS NULL),
			count(*) FILTER (WHERE exclusion IS NULL AND followed_by = 'readmission'),
			count(*) FILTER (WHERE exclusion IS NULL AND followed_by = 'planned'),
			string_agg(replace(exclusion, ' ', '_'), ',' ORDER BY discharge_day)
		FROM metrics.episodes GROUP BY mbi ORDER BY mbi`, `
		A 2 2 2 1 0 -
		B 2 2 2 0 0 -
		C 2 1 1 0 0 -
		D 3 2 2 1 0 -
		E 2 1 1 0 0 -
		F 2 2 2 1 0 -
		G 2 2 2 1 0 -
		H 2 2 0 0 0 died,against_advice
		I 2 2 1 0 0 condition
		J 3 3 3 1 1 -
		K 1 1 0 0 0 not_followed
		L 1 1 1 0 0 -
		M 1 1 1 0 0 -
		P 1 1 0 0 0 not_followed
		Q 3 3 2 0 1 died`)
	all := "stays, joined, index_admissions, readmissions, planned, excluded_died, excluded_against_advice, excluded_condition, excluded_not_followed, rate"
	check(t, db, columnsOfMetric(t, db, "readmissions", all, MetricOptions{}), "29 3 20 5 2 2 1 1 2 0.2500")
	// Discharges of January, one with a readmission in February.
	check(t, db, columnsOfMetric(t, db, "readmissions", all, MetricOptions{To: "2024-01"}), "22 3 16 5 1 1 0 1 1 0.3125")
	check(t, db, columnsOfMetric(t, db, "readmissions", "month, index_admissions, readmissions, rate", MetricOptions{By: []string{"month"}}), `
		2024-01-01 16 5 0.3125
		2024-02-01 3 0 0.0000
		2024-03-01 1 0 0.0000
		2024-06-01 0 0 -`)
	check(t, db, columnsOfMetric(t, db, "readmissions", "facility, stays, readmissions", MetricOptions{By: []string{"facility"}}), `
		010001 23 4
		010002 5 1
		011301 1 0`)
}

func TestServicesOfMembers(t *testing.T) {
	t.Parallel()
	db := prepare(t, map[string]string{
		"cclf1": `
			cur_clm_uniq_id bene_mbi_id clm_type_cd clm_blg_prvdr_oscar_num clm_from_dt clm_thru_dt clm_mdcr_npmt_rsn_cd bene_ptnt_stus_cd
			1 N 40 010001 2024-02-03 2024-02-03 - 01
			2 O 40 010001 2024-02-03 2024-02-03 N 01
			3 O 22 010001 2024-02-03 2024-02-03 - 01
			4 M 60 010001 2024-01-01 2024-01-05 - 01
			5 N 60 010001 2024-01-01 2024-01-05 - 01
			6 P 60 010001 2024-02-25 2024-03-30 - 01`,
		"cclf2": `
			cur_clm_uniq_id clm_line_num clm_line_hcpcs_cd clm_line_from_dt
			1 1 G0402 -
			1 2 99490 -
			2 1 G0439 2024-02-03
			3 1 G0439 2024-02-03`,
		"cclf5": `
			cur_clm_uniq_id clm_line_num bene_mbi_id clm_line_from_dt clm_line_thru_dt clm_line_hcpcs_cd clm_carr_pmt_dnl_cd clm_prcsg_ind_cd clm_rndrg_prvdr_tax_num
			1 1 M 2024-01-05 2024-01-05 G0439 1 A 1
			2 1 M 2024-02-05 2024-02-05 G0439 1 A 1
			3 1 O 2024-01-05 2024-01-05 G0439 0 A 1
			4 1 O 2024-01-05 2024-01-05 G0438 1 I 1
			5 1 Z 2024-01-05 2024-01-05 G0438 1 A 2
			6 1 M 2024-01-05 2024-01-05 99497 1 A 1
			7 1 M 2024-01-20 2024-01-20 99490 1 A 1
			8 1 M 2024-01-21 2024-01-21 99439 1 A 1
			9 1 M 2024-01-05 2024-01-05 99495 1 A 1
			10 1 N 2024-02-04 2024-02-04 99496 1 A 1`,
		"enrollment": enrolled(2, "M", "N", "O", "P"),
	}, AutoBasis, FinalAction)
	check(t, db, "wellness_visits", "4 2 0.5000")
	check(t, db, columnsOfMetric(t, db, "wellness_visits", "*", MetricOptions{From: "2024-02", To: "2024-02"}), "4 2 0.5000")
	check(t, db, columnsOfMetric(t, db, "wellness_visits", "*", MetricOptions{By: []string{"month"}}), `
		2024-01-01 4 1 0.2500
		2024-02-01 4 2 0.5000`)
	check(t, db, columnsOfMetric(t, db, "wellness_visits", "tin, people, with_service", MetricOptions{By: []string{"tin"}}), `
		1 4 1
		2 4 0
		- 4 1`)
	check(t, db, "advance_care_planning", "4 1 0.2500")
	check(t, db, "chronic_care_management", "4 2 0.5000 2 8 0.2500")
	// The service of M is on the day of the discharge, that of N 30 days later.
	check(t, db, "transitional_care", "2 1 0.5000")
	check(t, db, columnsOfMetric(t, db, "transitional_care", "*", MetricOptions{To: "2024-01"}), "2 1 0.5000")
	check(t, db, columnsOfMetric(t, db, "transitional_care", "*", MetricOptions{From: "2024-02"}), "0 0 -")
}

// categorized has a claim of each service category.
var categorized = map[string]string{
	"cclf1": `
		cur_clm_uniq_id bene_mbi_id clm_type_cd clm_blg_prvdr_oscar_num prvdr_oscar_num clm_thru_dt clm_pmt_amt clm_adjsmt_type_cd prncpl_dgns_cd dgns_prcdr_icd_ind clm_mdcr_ip_pps_cptl_ime_amt clm_oprtnl_ime_amt clm_mdcr_ip_pps_dsprprtnt_amt clm_oprtnl_dsprprtnt_amt clm_hipps_uncompd_care_amt
		1  M 60 010001 - 2024-01-31 1000.00 0 I5023 0 1 2 3 4 5.05
		2  M 60 011301 - 2024-01-31 1000.00 0 I509  0 - - - - -
		3  M 60 01T001 - 2024-01-31 200.00  0 I509  0 1 - - - -
		4  N 60 -      014000 2024-01-31 300.00 0 A419 0 - - - - -
		5  N 60 012001 - 2024-01-31 400.00  0 A419  0 - - - - -
		6  N 60 013300 - 2024-01-31 500.00  0 -     - - - - - -
		7  N 61 010001 - 2024-01-31 9999.00 0 A419  0 9 9 9 9 9
		8  N 20 015001 - 2024-01-31 60.00   0 V5789 9 9 9 9 9 9
		9  N 40 010001 - 2024-01-31 70.00   0 N186  0 - - - - -
		10 N 10 017001 - 2024-01-31 80.00   0 I10   0 - - - - -
		11 N 50 011501 - 2024-02-29 90.00   0 C61   0 - - - - -
		12 N 60 010001 - 2024-01-31 7000.00 1 C61   0 7 7 7 7 7
		13 -  -  -     - 2024-01-31 1.00    0 -     - - - - - -`,
	"cclf5": `
		cur_clm_uniq_id clm_line_num bene_mbi_id clm_type_cd clm_line_thru_dt clm_line_hcpcs_cd clm_line_cvrd_pd_amt clm_rndrg_prvdr_tax_num rndrg_prvdr_npi_num clm_line_dgns_cd clm_dgns_1_cd dgns_prcdr_icd_ind clm_carr_pmt_dnl_cd
		1 1 M 71 2024-01-31 A0427 10.00 012345678 -          I10 -   0 1
		1 2 M 71 2024-01-31 A1000 5.00  999999999 1000000001 -   I10 0 1
		2 1 M 71 2024-01-31 99213 0.25  999999999 1000000009 -   -   0 1
		3 1 M 71 2024-01-31 99213 0.50  -         -          -   -   0 0`,
	"cclf6": `
		cur_clm_uniq_id clm_line_num bene_mbi_id clm_type_cd clm_line_thru_dt clm_line_hcpcs_cd clm_line_cvrd_pd_amt payto_prvdr_npi_num clm_blg_prvdr_npi_num
		1 1 M 82 2024-01-31 E1390 2.00 - 1000000001
		2 1 M 82 2024-01-31 E1390 3.00 1000000002 1000000001`,
}

func TestSpendingByCategory(t *testing.T) {
	t.Parallel()
	db := prepare(t, categorized, FinalAction, FinalAction)
	check(t, db, columnsOfMetric(t, db, "spending_by_category", "replace(category, ' ', '_'), paid, program_paid", MetricOptions{}), `
		inpatient,_short-term 2000.00 1984.95
		inpatient,_other 500.00 500.00
		inpatient,_long-term 400.00 400.00
		inpatient,_psychiatric 300.00 300.00
		inpatient,_rehabilitation 200.00 199.00
		hospice 90.00 90.00
		home_health 80.00 80.00
		outpatient 70.00 70.00
		skilled_nursing 60.00 60.00
		ambulance 10.00 10.00
		physician 5.75 5.75
		equipment 5.00 5.00
		institutional,_other 1.00 1.00`)
	check(t, db, columnsOfMetric(t, db, "spending_by_category", "category, paid", MetricOptions{From: "2024-02"}), "hospice 90.00")
	check(t, db, columnsOfMetric(t, db, "top_conditions", "place, condition, icd, people, claims, paid", MetricOptions{}), `
		1 I50 10 1 3 2200.00
		2 A41 10 1 2 700.00
		3 I10 10 2 2 95.00
		4 C61 10 1 1 90.00
		5 N18 10 1 1 70.00
		6 V57 9 1 1 60.00`)
	check(t, db, "top_procedures", `
		1 A0427 1 1 1 10.00
		2 A1000 1 1 1 5.00
		3 E1390 1 2 2 5.00
		4 99213 1 1 1 0.25`)
	check(t, db, "high_cost_members", `
		N 11499.00 0.8381 0.8381
		M 2220.75 0.1619 0.9999`)
	// Kinds of claims of which none counts do not occur.
	cancels := map[string]string{"cclf1": "cur_clm_uniq_id bene_mbi_id clm_type_cd clm_thru_dt clm_pmt_amt clm_adjsmt_type_cd\n1 M 40 2024-01-31 100.00 0\n2 M 50 2024-01-31 100.00 1"}
	db = prepare(t, cancels, FinalAction, FinalAction)
	check(t, db, columnsOfMetric(t, db, "spending_by_category", "category, claims", MetricOptions{}), "outpatient 1")
	check(t, db, columnsOfMetric(t, db, "spending_by_claim_type", "claim_type, claims", MetricOptions{}), "40 1")
	// Cancellations take their add-on payments back.
	db = prepare(t, categorized, DebitCredit, DebitCredit)
	check(t, db, columnsOfMetric(t, db, "spending_by_category", "paid, program_paid", MetricOptions{})+" WHERE category LIKE '%short%'", "-5000.00 -4980.05")
	db = prepare(t, map[string]string{"cclf1": `
		cur_clm_uniq_id bene_mbi_id clm_type_cd clm_blg_prvdr_oscar_num clm_from_dt clm_thru_dt clm_pmt_amt clm_adjsmt_type_cd clm_efctv_dt clm_oprtnl_ime_amt
		1 M 60 010001 2024-01-30 2024-01-31 100.00 0 2024-02-01 5
		2 M 60 010001 2024-01-30 2024-01-31 100.00 1 2024-03-01 5
		3 M 60 010001 2024-01-30 2024-01-31 120.00 2 2024-03-01 7`}, AutoBasis, DebitCredit)
	check(t, db, columnsOfMetric(t, db, "spending_by_category", "claims, people, paid, program_paid", MetricOptions{}), "1 1 120.00 113.00")
	check(t, db, columnsOfMetric(t, db, "facility_scorecard", "facility, people, paid, stays, days", MetricOptions{}), "010001 1 120.00 1 1")
	check(t, db, columnsOfMetric(t, db, "completion_triangle", "lag, paid, cumulative", MetricOptions{}), `
		0 0.00 0.00
		1 100.00 100.00
		2 20.00 120.00`)
}

// openWithTables opens a data set with table files for metrics. As for the race detector,
// see prepare.
func openWithTables(t *testing.T, texts map[string]string, files map[string]string) *DB {
	t.Helper()
	synthtest.WithoutRace(t)
	dir := dataSet(t, tables(t, texts))
	opts := options(dir, Options{})
	for name, text := range files {
		path := filepath.Join(t.TempDir(), name+".csv")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		opts.TableFiles = append(opts.TableFiles, TableFile{Name: name, Path: path})
	}
	db, err := Open(t.Context(), dir, opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

func TestLeakage(t *testing.T) {
	t.Parallel()
	final := MetricOptions{Basis: FinalAction}
	// Leading zeros are lost, and columns are blank.
	db := openWithTables(t, categorized, map[string]string{"roster": "ccn,tin,npi\n10001,12-345678,\n013300,,1000000001\n"})
	check(t, db, columnsOfMetric(t, db, "leakage", "replace(category, ' ', '_'), paid, in_network, out_of_network, unknown, in_network_share", final), `
		inpatient,_short-term 2000.00 1000.00 1000.00 0.00 0.5000
		inpatient,_other 500.00 500.00 0.00 0.00 1.0000
		inpatient,_long-term 400.00 0.00 400.00 0.00 0.0000
		inpatient,_psychiatric 300.00 0.00 300.00 0.00 0.0000
		inpatient,_rehabilitation 200.00 0.00 200.00 0.00 0.0000
		hospice 90.00 0.00 90.00 0.00 0.0000
		home_health 80.00 0.00 80.00 0.00 0.0000
		outpatient 70.00 70.00 0.00 0.00 1.0000
		skilled_nursing 60.00 0.00 60.00 0.00 0.0000
		ambulance 10.00 10.00 0.00 0.00 1.0000
		physician 5.75 5.00 0.25 0.50 0.9524
		equipment 5.00 2.00 3.00 0.00 0.4000
		institutional,_other 1.00 0.00 0.00 1.00 -`)
	db = openWithTables(t, categorized, map[string]string{"roster": "tin\n12345678\n"})
	check(t, db, columnsOfMetric(t, db, "leakage", "sum(in_network), sum(unknown)", final), "10.00 1.50")
}

func TestConcentration(t *testing.T) {
	t.Parallel()
	var people []string
	claims := "cur_clm_uniq_id bene_mbi_id clm_thru_dt clm_pmt_amt\n"
	for i := range 30 {
		mbi := fmt.Sprintf("M%02d", i)
		people = append(people, mbi)
		if i < 20 {
			claims += fmt.Sprintf("%d %s 2024-01-31 %d\n", i, mbi, 100-i)
		}
	}
	db := prepare(t, map[string]string{
		"cclf1":      claims + "99 Z 2024-01-31 1000\n",
		"enrollment": enrolled(1, people...),
	}, AutoBasis, FinalAction)
	check(t, db, "concentration", `
		1 1 100.00 30 1810.00 0.0552
		5 2 199.00 30 1810.00 0.1099
		10 3 297.00 30 1810.00 0.1641
		25 8 772.00 30 1810.00 0.4265
		50 15 1395.00 30 1810.00 0.7707`)
}

func TestCompletion(t *testing.T) {
	t.Parallel()
	texts := map[string]string{
		"cclf1": `
			cur_clm_uniq_id bene_mbi_id clm_type_cd clm_thru_dt clm_pmt_amt clm_efctv_dt clm_idr_ld_dt
			1 M 40 2024-01-10 100 2024-01-20 -
			2 M 40 2024-01-11 50  2024-01-20 2024-02-01
			3 M 40 2024-01-12 10  2024-03-31 -
			4 M 40 2024-02-10 200 2024-01-31 -
			5 M 40 2024-02-10 100 2024-03-01 -
			6 M 40 2024-03-10 300 2024-03-20 -
			7 M 61 2024-03-10 999 2024-09-20 -
			8 M 40 2024-03-10 999 - -
			9 M 40 -          999 2024-03-20 -`,
	}
	db := prepare(t, texts, AutoBasis, FinalAction)
	check(t, db, "completion_triangle", `
		2024-01-01 0 100.00 100.00 false
		2024-01-01 1 50.00 150.00 false
		2024-01-01 2 10.00 160.00 false
		2024-02-01 0 200.00 200.00 false
		2024-02-01 1 100.00 300.00 false
		2024-03-01 0 300.00 300.00 false`)
	check(t, db, "completion_factors", `
		0 2 300.00 450.00 1.5000 0.6250
		1 1 150.00 160.00 1.0667 0.9375
		2 0 0.00 0.00 1.0000 1.0000`)
	// The newest entry is that of the data, and the months are those of service.
	check(t, db, columnsOfMetric(t, db, "completion_factors", "lag, months, link_ratio, completion", MetricOptions{From: "2024-02"}), `
		0 1 1.5000 0.6667
		1 0 1.0000 1.0000`)
	check(t, db, "claim_lag", `
		40 6 10 79 0.8333 0.8333 1.0000
		61 1 194 194 0.0000 0.0000 0.0000`)
	// The month of the newest entry is not over.
	texts["cclf1"] = strings.Replace(texts["cclf1"], "2024-03-31", "2024-03-30", 1)
	db = prepare(t, texts, AutoBasis, FinalAction)
	check(t, db, columnsOfMetric(t, db, "completion_triangle", "service_month, lag", MetricOptions{})+" WHERE partial", `
		2024-01-01 2
		2024-02-01 1
		2024-03-01 0`)
}

func TestCompleteness(t *testing.T) {
	t.Parallel()
	claims := "cur_clm_uniq_id bene_mbi_id clm_thru_dt clm_pmt_amt\n"
	for month, n := range []int{10, 10, 10, 5, 16, 10, 0, 10, 10, 10, 10, 10, 10, 10, 10, 9, 7, 3} {
		for i := range n {
			claims += fmt.Sprintf("%d-%d M %d-%02d-15 10\n", month, i, 2024+month/12, month%12+1)
		}
	}
	texts := map[string]string{"cclf1": claims}
	want := `
		2024-04-01 5 50.00 0.5000 0.5000 low
		2024-05-01 16 160.00 1.6000 1.6000 high
		2024-07-01 0 0.00 0.0000 0.0000 no_claims
		2025-06-01 3 30.00 0.3000 0.3000 still_coming_in`
	columns := "month, claims, paid, claims_of_usual, paid_of_usual, replace(flag, ' ', '_')"
	db := prepare(t, texts, AutoBasis, FinalAction)
	check(t, db, columnsOfMetric(t, db, "completeness", columns, MetricOptions{})+" WHERE flag IS NOT NULL", want)
	check(t, db, columnsOfMetric(t, db, "completeness", "count(*), sum(member_months)::BIGINT", MetricOptions{}), "18 0")
	for _, by := range []string{"month", "quarter", "year"} { // in which all other months would have no claims
		run, err := db.StartMetrics(t.Context(), MetricOptions{By: []string{by}})
		if err != nil {
			t.Fatal(err)
		}
		if _, ok := errors.AsType[*MetricOptionError](run.Check(t.Context(), LookupMetric("completeness"))); !ok {
			t.Errorf("completeness is grouped by %s", by)
		}
	}
	// Per member month: the claims of December are those of twice the members.
	texts["enrollment"] = enrolled(18, "M") + "N A 2024-12-01\nN B 2024-12-01\n"
	// Not in Part D, of which the months of one year are told, and of others few.
	texts["cclf7"] = "cur_clm_uniq_id bene_mbi_id clm_line_from_dt clm_line_bene_pmt_amt\n"
	for month := range 18 {
		texts["cclf7"] += fmt.Sprintf("7-%d M %d-%02d-15 10\n", month, 2024+month/12, month%12+1)
		texts["enrollment"] += fmt.Sprintf("M D %d-%02d-01\n", 2024+month/12, month%12+1)
		for n := range 3 * (1 - month/12) {
			texts["enrollment"] += fmt.Sprintf("D%d D 2024-%02d-01\n", n, month+1)
		}
	}
	db = prepare(t, texts, AutoBasis, FinalAction)
	check(t, db, columnsOfMetric(t, db, "completeness", columns, MetricOptions{})+" WHERE flag IS NOT NULL", strings.Replace(want, "2025-06", "2024-12-01 10 100.00 0.5000 0.5000 low\n2025-06", 1))
}

func TestDeathsAndHospice(t *testing.T) {
	t.Parallel()
	db := prepare(t, map[string]string{
		"cclf8": `
			bene_mbi_id bene_death_dt bene_rng_bgn_dt
			M 2024-01-31 -
			M 2024-01-31 2024-01-01
			N 2024-02-10 -
			O 2024-02-11 -
			P 9999-12-31 -
			Q 1000-01-01 -`,
		"cclf1": `
			cur_clm_uniq_id bene_mbi_id clm_type_cd clm_from_dt clm_thru_dt clm_pmt_amt clm_mdcr_npmt_rsn_cd
			1 M 50 2023-12-22 2023-12-31 100.00 -
			2 M 50 2024-01-01 2024-01-31 300.00 -
			3 N 50 2024-02-01 2024-02-10 100.50 -
			4 O 50 2024-02-01 2024-02-10 100.00 N
			5 P 50 2024-02-10 2024-02-10 1.00   -`,
		"enrollment": enrolled(3, "M", "N", "O", "P", "Q"),
	}, AutoBasis, FinalAction)
	check(t, db, "deaths", `
		2024-01-01 1 5 2.4000
		2024-02-01 2 5 4.8000
		2024-03-01 0 5 0.0000`)
	check(t, db, columnsOfMetric(t, db, "deaths", "*", MetricOptions{By: []string{"year"}}), "2024 3 15 2.4000")
	check(t, db, "hospice", "3 4 52 501.50 3 2 0.6667 9")
	check(t, db, columnsOfMetric(t, db, "hospice", "*", MetricOptions{To: "2024-01"}), "1 2 41 400.00 1 1 1.0000 40")
}

func TestPartDFills(t *testing.T) {
	t.Parallel()
	db := prepare(t, map[string]string{
		"cclf7": `
			cur_clm_uniq_id bene_mbi_id clm_line_from_dt clm_line_ndc_cd clm_line_days_suply_qty clm_line_bene_pmt_amt
			1 M 2024-01-05 00002143380 30 1.00
			2 M 2024-01-06 00002143380 90 2.00
			3 N 2024-02-05 00071015523 7  4.00
			4 N 2024-02-06 -           -  8.00`,
		"part_d_costs": `
			cur_clm_uniq_id tot_rx_cst_amt brnd_gnrc_cd
			1 10.10 G
			2 20.20 G
			3 40.40 B`,
		"enrollment": `
			bene_mbi_id part month
			M D 2024-01-01
			M A 2024-01-01
			N D 2024-02-01`,
	}, AutoBasis, FinalAction)
	check(t, db, "part_d_fills", "4 2 2 1 1 0.6667 6.00 15.00 3 70.70 2")
	check(t, db, columnsOfMetric(t, db, "part_d_fills", "*", MetricOptions{From: "2024-03"}), "0 0 0 0 0 - 0.00 0.00 0 - 0")
	check(t, db, "top_drugs", `
		1 00071015523 1 1 7 4.00 1 40.40
		2 00002143380 2 1 120 3.00 2 30.30`)
}

func TestScorecards(t *testing.T) {
	t.Parallel()
	db := prepare(t, map[string]string{
		"cclf1": `
			cur_clm_uniq_id bene_mbi_id clm_type_cd clm_blg_prvdr_oscar_num clm_from_dt clm_thru_dt bene_ptnt_stus_cd clm_pmt_amt clm_mdcr_npmt_rsn_cd
			1 M 60 010001 2024-01-01 2024-01-05 01 1000.00 -
			2 M 60 010002 2024-01-20 2024-01-21 01 500.00 -
			3 N 40 010001 2024-01-10 2024-01-10 01 50.00 -
			4 N 40 010001 2024-01-11 2024-01-11 01 5.00 N
			5 N 30 01U001 2024-02-01 2024-03-01 01 300.00 -`,
		"cclf2": `
			cur_clm_uniq_id clm_line_num clm_line_prod_rev_ctr_cd clm_line_from_dt clm_line_hcpcs_cd
			1 1 0450 2024-01-01 -
			3 1 0450 2024-01-10 -
			3 2 0762 2024-01-10 G0463
			4 1 0450 2024-01-11 -`,
		"cclf5": `
			cur_clm_uniq_id clm_line_num bene_mbi_id clm_line_from_dt clm_line_thru_dt clm_line_hcpcs_cd clm_line_cvrd_pd_amt clm_rndrg_prvdr_tax_num rndrg_prvdr_npi_num clm_prvdr_spclty_cd clm_carr_pmt_dnl_cd
			1 1 M 2024-01-10 2024-01-10 99213 10.00 1 11 11 1
			1 2 M 2024-01-10 2024-01-10 G0439 20.00 1 11 11 1
			2 1 N 2024-01-10 2024-01-10 99214 30.01 1 11 06 1
			3 1 N 2024-01-10 2024-01-10 80053 5.00  2 -  69 1
			4 1 N 2024-01-10 2024-01-10 99214 9.00  2 -  50 0`,
		"enrollment": enrolled(3, "M", "N"),
	}, AutoBasis, FinalAction)
	check(t, db, columnsOfMetric(t, db, "facility_scorecard", "* EXCLUDE (class)", MetricOptions{}), `
		010001 2 1055.00 1 4 4.00 1000.00 1 1 1.0000 2 1
		010002 1 500.00 1 1 1.00 500.00 1 0 0.0000 0 0
		01U001 1 300.00 1 29 29.00 300.00 0 0 - 0 0`)
	check(t, db, "provider_scorecard", `
		1 11 2 3 2 1 60.01 30.01
		2 - 1 1 0 0 5.00 5.00`)
	check(t, db, columnsOfMetric(t, db, "length_of_stay", "replace(kind, ' ', '_'), * EXCLUDE (kind)", MetricOptions{}), `
		inpatient,_short-term 2 1 5 2.50 1500.00 750.00 2 6 4000.00
		skilled_nursing,_swing_bed 1 1 29 29.00 300.00 300.00 1 6 2000.00`)
	check(t, db, columnsOfMetric(t, db, "office_visits", "replace(kind, ' ', '_'), visits, people, visits_enrolled, member_months, per_1000", MetricOptions{}), `
		specialist 1 1 1 6 2000.00
		primary_care 1 1 1 6 2000.00
		practitioner 0 0 0 6 0.00
		hospital_clinic 1 1 1 6 2000.00`)
}

// TestTitles finds titles of codes, and none for codes that have none.
func TestTitles(t *testing.T) {
	t.Parallel()
	db := prepare(t, map[string]string{
		"cclf1": `
			cur_clm_uniq_id bene_mbi_id clm_type_cd clm_blg_prvdr_oscar_num clm_from_dt clm_thru_dt prncpl_dgns_cd dgns_prcdr_icd_ind dgns_drg_cd clm_pmt_amt
			1 A 60 010001 2024-01-01 2024-01-05 I509 0 291 300
			2 A 60 010001 2024-02-01 2024-02-05 V101 9 000 200
			3 B 60 010001 2024-03-01 2024-03-05 X999 0 246 100`,
	}, AutoBasis, FinalAction)
	for _, test := range []struct {
		metric, code string
		titles       map[string]string
		want         string
	}{
		{"top_drgs", "drg", nil, "291 Heart Failure and Shock with MCC|000 -|246 Percutaneous Cardiovascular Procedures with Drug-Eluting Stent with MCC or 4+ Arteries or Stents"},
		{"top_conditions", "condition", nil, "I50 -|V10 -|X99 -"},
		{"top_conditions", "condition", map[string]string{"I50": "Heart's failure", "V10": "Pedal cycle rider"}, "I50 Heart's failure|V10 -|X99 -"},
	} {
		run, err := db.StartMetrics(t.Context(), MetricOptions{ConditionTitles: test.titles})
		if err != nil {
			t.Fatal(err)
		}
		rows, err := run.Query(t.Context(), LookupMetric(test.metric))
		if err != nil {
			t.Fatal(err)
		}
		columns := rows.Columns()
		code := slices.IndexFunc(columns, func(c Column) bool { return c.Name == test.code })
		var got []string
		for rows.Next() {
			title := "-"
			if v := rows.Values()[len(columns)-1]; v != nil {
				title = fmt.Sprint(v)
			}
			got = append(got, fmt.Sprint(rows.Values()[code])+" "+title)
		}
		if err := errors.Join(rows.Err(), rows.Close()); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(test.want, strings.Join(got, "|")); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.metric, diff)
		}
	}
}
