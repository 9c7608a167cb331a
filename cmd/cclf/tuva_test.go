//go:build cgo

package main

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/cclf-tools/cclf/convert"
	"github.com/cclf-tools/cclf/internal/synth"
	"github.com/cclf-tools/cclf/internal/synth/synthtest"
	"github.com/cclf-tools/cclf/internal/tuvaschema"
	"github.com/cclf-tools/cclf/internal/wellknown"
	"github.com/cclf-tools/cclf/query"
	"github.com/cclf-tools/cclf/schema"
)

// TestTuva converts synthetic exports with the profile tuva and does with the tables,
// in DuckDB, what the Tuva connector does: casts, joins, and unique keys. Each query
// selects the rows that are wrong. The cells do not depend on the format, so one API
// version as CSV suffices.
func TestTuva(t *testing.T) {
	synthtest.WithoutRace(t)
	for i, api := range synth.APIs() {
		for _, format := range []convert.Format{convert.Parquet, convert.CSV} {
			if format == convert.CSV && i > 0 {
				continue
			}
			t.Run(fmt.Sprint(api, "-", format), func(t *testing.T) {
				t.Parallel()
				export, out := t.TempDir(), t.TempDir()
				if _, err := synth.Write(t.Context(), synth.Options{Dir: export, API: api, Beneficiaries: tuvaBeneficiaries, Seed: 1, Traps: true}); err != nil {
					t.Fatal(err)
				}
				opts := convert.Options{Inputs: []string{export}, Out: out, Format: format, Profile: convert.Tuva, MaxRejects: 0}
				if _, err := convert.Run(t.Context(), opts); err != nil {
					t.Fatal(err)
				}
				db, err := query.Open(t.Context(), out, query.Options{Threads: 1})
				if err != nil {
					t.Fatal(err)
				}
				defer db.Close()
				for name, sql := range tuvaChecks() {
					if wrong := selectValues(t, db, "SELECT count(*) FROM ("+sql+")"); fmt.Sprint(wrong...) != "0" {
						t.Errorf("%s: %v rows", name, wrong)
					}
				}
				for _, table := range tuvaschema.Tables() {
					checkCells(t, db, table)
				}
				for _, table := range tuvaschema.Files() {
					checkKey(t, db, table)
				}
			})
		}
	}
}

// checkKey checks the key that the printed statements create for a table.
func checkKey(t *testing.T, db *query.DB, table *schema.Table) {
	t.Helper()
	if schema.DuckDB.Key(table) == "" {
		return
	}
	sql := fmt.Sprintf("SELECT count(*) FROM (SELECT 1 FROM %s GROUP BY %s HAVING count(*) > 1)", table.Name, strings.Join(table.Key, ", "))
	if wrong := selectValues(t, db, sql); fmt.Sprint(wrong...) != "0" {
		t.Errorf("%s: %v keys of several rows", table.Name, wrong)
	}
}

// tuvaBeneficiaries is enough for claims of all kinds.
const tuvaBeneficiaries = 25

// checkCells looks for cells of a table that the connector cannot use.
func checkCells(t *testing.T, db *query.DB, table *schema.Table) {
	t.Helper()
	exprs, names := []string{"count(*)"}, []string{"rows"}
	for name, wrong := range tuvaCells(table) {
		exprs, names = append(exprs, "count(*) FILTER (WHERE "+wrong+")"), append(names, name)
	}
	counts := selectValues(t, db, "SELECT "+strings.Join(exprs, ", ")+" FROM "+table.Name)
	for i, n := range counts {
		if (fmt.Sprint(n) != "0") != (i == 0) {
			t.Errorf("%s: %s: %v", table.Name, names[i], n)
		}
	}
}

// selectValues is the only row that a query selects.
func selectValues(t *testing.T, db *query.DB, sql string) []any {
	t.Helper()
	rows, err := db.Query(t.Context(), sql)
	if err != nil {
		t.Errorf("%s: %v", sql, err)
		return nil
	}
	defer rows.Close()
	rows.Next()
	return rows.Values()
}

// tuvaChecks are the queries by what they look for.
func tuvaChecks() map[string]string {
	checks := map[string]string{
		"line without header": `SELECT 1 FROM parta_claims_revenue_center_detail l ANTI JOIN parta_claims_header h
			ON h.cur_clm_uniq_id = l.cur_clm_uniq_id AND h.clm_blg_prvdr_oscar_num = l.prvdr_oscar_num
			AND h.clm_from_dt = l.clm_from_dt AND h.clm_thru_dt = l.clm_thru_dt AND h.bene_mbi_id = l.bene_mbi_id`,
		"diagnosis without header": `SELECT 1 FROM parta_diagnosis_code d ANTI JOIN parta_claims_header h
			USING (cur_clm_uniq_id, bene_mbi_id, clm_blg_prvdr_oscar_num)`,
		"procedure without header": `SELECT 1 FROM parta_procedure_code p ANTI JOIN parta_claims_header h
			USING (cur_clm_uniq_id, bene_mbi_id, clm_blg_prvdr_oscar_num)`,
		"lines not numbered from 1": `SELECT cur_clm_uniq_id FROM parta_claims_revenue_center_detail GROUP BY 1
			HAVING min(clm_line_num::int) <> 1 OR max(clm_line_num::int) <> count(*) OR count(DISTINCT clm_line_num) <> count(*)`,
		"diagnoses not numbered from 1": `SELECT cur_clm_uniq_id FROM parta_diagnosis_code GROUP BY 1
			HAVING max(clm_val_sqnc_num::int) <> count(*) OR count(DISTINCT clm_val_sqnc_num) <> count(*)`,
		"procedures not numbered from 1": `SELECT cur_clm_uniq_id FROM parta_procedure_code GROUP BY 1
			HAVING max(clm_val_sqnc_num::int) <> count(*) OR count(DISTINCT clm_val_sqnc_num) <> count(*)`,
		"another diagnosis first": `SELECT 1 FROM parta_diagnosis_code d JOIN parta_claims_header h USING (cur_clm_uniq_id)
			WHERE d.clm_val_sqnc_num = '1' AND d.clm_dgns_cd <> h.prncpl_dgns_cd`,
		"mixed ICD versions": `SELECT cur_clm_uniq_id, 'd' FROM parta_diagnosis_code GROUP BY 1 HAVING count(DISTINCT dgns_prcdr_icd_ind) <> 1
			UNION ALL SELECT cur_clm_uniq_id, 'p' FROM parta_procedure_code GROUP BY 1 HAVING count(DISTINCT dgns_prcdr_icd_ind) <> 1`,
		"no ICD version": `SELECT dgns_prcdr_icd_ind FROM parta_diagnosis_code UNION ALL SELECT dgns_prcdr_icd_ind FROM parta_procedure_code
			EXCEPT ALL SELECT dgns_prcdr_icd_ind FROM (SELECT dgns_prcdr_icd_ind FROM parta_diagnosis_code UNION ALL SELECT dgns_prcdr_icd_ind FROM parta_procedure_code)
			WHERE dgns_prcdr_icd_ind IN ('0', '9')`,
		"tilde for no denial": `SELECT 1 FROM parta_claims_header WHERE clm_mdcr_npmt_rsn_cd = '~'`,
		"id of several tables": `SELECT DISTINCT cur_clm_uniq_id FROM parta_claims_header JOIN (
			SELECT cur_clm_uniq_id FROM partb_physicians UNION SELECT cur_clm_uniq_id FROM partb_dme) USING (cur_clm_uniq_id)
			UNION ALL SELECT DISTINCT cur_clm_uniq_id FROM partb_physicians JOIN partb_dme USING (cur_clm_uniq_id)`,
		"repeated header":                    `SELECT cur_clm_uniq_id FROM parta_claims_header GROUP BY 1 HAVING count(*) > 1`,
		"repeated physician row":             `SELECT cur_clm_uniq_id, clm_line_num FROM partb_physicians GROUP BY ALL HAVING count(*) > 1`,
		"repeated drug event":                `SELECT cur_clm_uniq_id FROM partd_claims GROUP BY 1 HAVING count(*) > 1`,
		"demonstration codes without header": `SELECT 1 FROM parta_demo_codes ANTI JOIN parta_claims_header USING (cur_clm_uniq_id, bene_mbi_id)`,
		"demonstration codes without line": `SELECT 1 FROM partb_demo_codes ANTI JOIN (
			SELECT cur_clm_uniq_id, bene_mbi_id, clm_line_num FROM partb_physicians UNION ALL SELECT cur_clm_uniq_id, bene_mbi_id, clm_line_num FROM partb_dme)
			USING (cur_clm_uniq_id, bene_mbi_id, clm_line_num)`,
		"repeated demonstration codes": `SELECT cur_clm_uniq_id, NULL FROM parta_demo_codes GROUP BY 1 HAVING count(*) > 1
			UNION ALL SELECT cur_clm_uniq_id, clm_line_num FROM partb_demo_codes GROUP BY ALL HAVING count(*) > 1`,
		"cancellation": `SELECT 1 FROM (SELECT clm_adjsmt_type_cd FROM parta_claims_header UNION ALL SELECT clm_adjsmt_type_cd FROM partb_physicians
			UNION ALL SELECT clm_adjsmt_type_cd FROM partb_dme UNION ALL SELECT clm_adjsmt_type_cd FROM partd_claims) WHERE clm_adjsmt_type_cd = '1'`,

		"xref not straight":     `SELECT 1 FROM beneficiary_xref a JOIN beneficiary_xref b ON a.crnt_num = b.prvs_num`,
		"xref not unique":       `SELECT prvs_num FROM beneficiary_xref GROUP BY 1 HAVING count(*) > 1`,
		"row with former id":    `SELECT 1 FROM parta_claims_header JOIN beneficiary_xref ON bene_mbi_id = prvs_num`,
		"member with former id": `SELECT 1 FROM enrollment JOIN beneficiary_xref ON current_bene_mbi_id = prvs_num`,

		"repeated month": `SELECT 1 FROM enrollment GROUP BY current_bene_mbi_id, bene_member_month HAVING count(*) > 1`,
		"repeated span":  `SELECT 1 FROM enrollment GROUP BY current_bene_mbi_id, enrollment_start_date, enrollment_end_date HAVING count(*) > 1`,
		"end in another month than the file": `SELECT 1 FROM enrollment
			WHERE date_trunc('month', enrollment_end_date::date) <> date_trunc('month', file_date::date)`,
		"claims of no member": `SELECT bene_mbi_id FROM (SELECT bene_mbi_id FROM parta_claims_header UNION SELECT bene_mbi_id FROM partb_physicians
			UNION SELECT bene_mbi_id FROM partb_dme UNION SELECT bene_mbi_id FROM partd_claims)
			ANTI JOIN enrollment ON bene_mbi_id = current_bene_mbi_id`,
		"repeated demographics": `SELECT 1 FROM beneficiary_demographics GROUP BY bene_mbi_id, date_trunc('month', file_date::date) HAVING count(*) > 1`,
		"spans without birth date and sex": `SELECT 1 FROM (SELECT * FROM enrollment e LEFT JOIN beneficiary_demographics d
			ON d.bene_mbi_id = e.current_bene_mbi_id
			AND date_trunc('month', d.file_date::date) = date_trunc('month', e.enrollment_end_date::date))
			WHERE (bene_dob IS NULL OR bene_sex_cd IS NULL)
			AND current_bene_mbi_id IN (SELECT bene_mbi_id FROM beneficiary_demographics WHERE bene_dob IS NOT NULL AND bene_sex_cd IS NOT NULL)`,
		// As the connector rolls months up, when it is told that there are months.
		"rolled-up spans without birth date and sex": `WITH months AS (
				SELECT current_bene_mbi_id AS id, bene_member_month::date AS month FROM enrollment),
			runs AS (
				SELECT id, month, month - to_months(row_number() OVER (PARTITION BY id ORDER BY month)::int) AS run FROM months),
			spans AS (SELECT id, last_day(max(month)) AS until FROM runs GROUP BY id, run)
			SELECT 1 FROM spans LEFT JOIN beneficiary_demographics d
			ON d.bene_mbi_id = id AND date_trunc('month', d.file_date::date) = date_trunc('month', until)
			WHERE (bene_dob IS NULL OR bene_sex_cd IS NULL)
			AND id IN (SELECT bene_mbi_id FROM beneficiary_demographics WHERE bene_dob IS NOT NULL AND bene_sex_cd IS NOT NULL)`,
	}
	return checks
}

// tuvaNever are the columns that are never null, by table.
var tuvaNever = map[string][]string{
	"parta_claims_header":                {"cur_clm_uniq_id", "bene_mbi_id", "clm_blg_prvdr_oscar_num", "clm_from_dt", "clm_thru_dt", "clm_adjsmt_type_cd"},
	"parta_claims_revenue_center_detail": {"cur_clm_uniq_id", "bene_mbi_id", "prvdr_oscar_num", "clm_line_num"},
	"parta_diagnosis_code":               {"bene_mbi_id", "clm_val_sqnc_num", "clm_dgns_cd"},
	"parta_procedure_code":               {"bene_mbi_id", "clm_val_sqnc_num"},
	"partb_physicians": {"cur_clm_uniq_id", "bene_mbi_id", "clm_line_num", "clm_cntl_num", "clm_from_dt", "clm_thru_dt", "clm_adjsmt_type_cd",
		"clm_carr_pmt_dnl_cd", "clm_prcsg_ind_cd"},
	"partb_dme": {"cur_clm_uniq_id", "bene_mbi_id", "clm_line_num", "clm_cntl_num", "clm_from_dt", "clm_thru_dt", "clm_adjsmt_type_cd", "clm_prcsg_ind_cd"},
	"partd_claims": {"cur_clm_uniq_id", "bene_mbi_id", "clm_line_from_dt", "clm_srvc_prvdr_gnrc_id_num", "clm_line_rx_srvc_rfrnc_num",
		"clm_adjsmt_type_cd"},
	"parta_demo_codes": {"cur_clm_uniq_id", "bene_mbi_id"},
	"partb_demo_codes": {"cur_clm_uniq_id", "bene_mbi_id", "clm_line_num"},

	"beneficiary_demographics": {"bene_mbi_id"},
	"beneficiary_xref":         {"crnt_num", "prvs_num"},
	"enrollment":               {"current_bene_mbi_id", "enrollment_start_date", "enrollment_end_date", "bene_member_month"},
}

// tuvaCells are conditions that no row of a table meets, by what they find.
func tuvaCells(table *schema.Table) map[string]string {
	wrong := map[string]string{}
	for _, label := range append(tuvaNever[table.Name], "file_name", "file_date") {
		wrong[label+" null"] = label + " IS NULL"
	}
	if table.Name == tuvaschema.Enrollment {
		return wrong
	}
	for _, f := range table.Fields {
		wrong[f.Label+" empty"] = fmt.Sprintf("trim(%s) = ''", f.Label)
		switch {
		case f.Kind == schema.Date:
			wrong[f.Label+" no date"] = fmt.Sprintf(`%[1]s IS NOT NULL AND (try_cast(%[1]s AS date) IS NULL
				OR NOT regexp_full_match(%[1]s, '\d{4}-\d\d-\d\d') OR %[1]s IN ('1000-01-01', '9999-12-31'))`, f.Label)
		case f.Kind == schema.Int, strings.HasSuffix(f.Label, "_QTY"), f.Label == wellknown.FillNumberLabel:
			wrong[f.Label+" no integer"] = fmt.Sprintf(`%[1]s IS NOT NULL AND (try_cast(%[1]s AS integer) IS NULL
				OR NOT regexp_full_match(%[1]s, '-?\d+(\.\d*[1-9])?'))`, f.Label)
		case f.Kind == schema.Decimal:
			wrong[f.Label+" no amount"] = fmt.Sprintf(`NOT regexp_full_match(%s, '-?\d+\.\d\d')`, f.Label)
		}
	}
	return wrong
}

// TestTuvaJobs checks that the files are the same for any number of workers, and that
// their columns are those of CCLF.
func TestTuvaJobs(t *testing.T) {
	synthtest.WithoutRace(t)
	export := t.TempDir()
	if _, err := synth.Write(t.Context(), synth.Options{Dir: export, API: synth.APIs()[0], Beneficiaries: 20, Seed: 3, Traps: true}); err != nil {
		t.Fatal(err)
	}
	folders := [2]string{}
	for i, jobs := range []int{1, 7} {
		folders[i] = t.TempDir()
		opts := convert.Options{Inputs: []string{export}, Out: folders[i], Format: convert.CSV, Profile: convert.Tuva, Jobs: jobs}
		if _, err := convert.Run(t.Context(), opts); err != nil {
			t.Fatal(err)
		}
	}
	for _, table := range tuvaschema.Tables() {
		var files [2][]byte
		for i, folder := range folders {
			var err error
			if files[i], err = os.ReadFile(partPath(t, folder, table.Name, "csv")); err != nil {
				t.Fatal(err)
			}
		}
		if !bytes.Equal(files[0], files[1]) {
			t.Errorf("%s: the bytes depend on the number of workers", table.Name)
		}
		header, _, _ := strings.Cut(string(files[0]), "\n")
		labels := tuvaschema.EnrollmentLabels()
		if table.Name != tuvaschema.Enrollment {
			labels = nil
			for _, f := range table.Fields {
				labels = append(labels, f.Label)
			}
		}
		if want := strings.Join(append(labels, "FILE_NAME", "FILE_DATE"), ","); header != want {
			t.Errorf("%s: header %s, want %s", table.Name, header, want)
		}
	}
}
