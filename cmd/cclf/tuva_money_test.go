//go:build cgo

package main

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cclf-tools/cclf/convert"
	"github.com/cclf-tools/cclf/internal/synth"
	"github.com/cclf-tools/cclf/internal/synth/synthtest"
	"github.com/cclf-tools/cclf/query"
)

// TestTuvaMoney computes claims, beneficiaries and amounts from the sources of the Tuva
// connector, as the connector does, and from the CCLF tables of the same export. They
// must be equal.
func TestTuvaMoney(t *testing.T) {
	synthtest.WithoutRace(t)
	for _, api := range synth.APIs() {
		t.Run(api, func(t *testing.T) {
			t.Parallel()
			export := t.TempDir()
			if _, err := synth.Write(t.Context(), synth.Options{Dir: export, API: api, Beneficiaries: tuvaBeneficiaries, Seed: 2, Traps: true}); err != nil {
				t.Fatal(err)
			}
			open := func(profile convert.Profile) *query.DB {
				out := t.TempDir()
				opts := convert.Options{Inputs: []string{export}, Out: out, Profile: profile, MaxRejects: 0}
				if _, err := convert.Run(t.Context(), opts); err != nil {
					t.Fatal(err)
				}
				db, err := query.Open(t.Context(), out, query.Options{Threads: 1})
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(func() { db.Close() })
				return db
			}
			tuva, plain := open(convert.Tuva), open(convert.PlainCCLF)
			for _, tt := range tuvaMoney {
				want, got := selectValues(t, plain, tt.plain), selectValues(t, tuva, tt.tuva)
				if diff := cmp.Diff(fmt.Sprint(want...), fmt.Sprint(got...)); diff != "" {
					t.Errorf("%s (-want +got):\n%s", tt.name, diff)
				}
				if fmt.Sprint(want[0]) == "0" {
					t.Errorf("%s: no claims", tt.name)
				}
			}
		})
	}
}

// tuvaMoney are pairs of queries with equal results: the number of claims, of
// beneficiaries, and the amount paid.
var tuvaMoney = []struct{ name, plain, tuva string }{
	{
		name: "Part A",
		plain: `SELECT count(*), count(DISTINCT bene_mbi_id), sum(clm_pmt_amt) FROM cclf1
			WHERE clm_mdcr_npmt_rsn_cd IS NULL AND clm_adjsmt_type_cd IS DISTINCT FROM '1'`,
		// Denied claims go; each cancellation takes one claim of its amount with
		// it; lines join by the natural key, and a claim with two lines of a
		// number loses both; the lines' payments count if they sum up to the
		// header's, else the header's stands on line 1.
		tuva: `WITH headers AS (
				SELECT *, try_cast(clm_pmt_amt AS decimal(18,2)) AS amount, coalesce(crnt_num, bene_mbi_id) AS person
				FROM parta_claims_header LEFT JOIN (SELECT prvs_num, crnt_num FROM beneficiary_xref) ON prvs_num = bene_mbi_id
				WHERE nullif(trim(clm_mdcr_npmt_rsn_cd), '') IS NULL),
			matched AS (
				SELECT *,
					count(*) FILTER (WHERE clm_adjsmt_type_cd = '1') OVER related AS cancellations,
					row_number() OVER (PARTITION BY clm_blg_prvdr_oscar_num, clm_from_dt, clm_thru_dt, person, amount, clm_adjsmt_type_cd = '1'
						ORDER BY try_cast(clm_efctv_dt AS date) NULLS FIRST, cur_clm_uniq_id) AS place
				FROM headers
				WINDOW related AS (PARTITION BY clm_blg_prvdr_oscar_num, clm_from_dt, clm_thru_dt, person, amount)),
			final AS (SELECT * FROM matched WHERE clm_adjsmt_type_cd <> '1' AND place > cancellations),
			lines AS (
				SELECT f.cur_clm_uniq_id AS id, f.person, f.amount, l.clm_line_num AS line,
					try_cast(l.clm_line_cvrd_pd_amt AS decimal(18,2)) AS paid,
					count(*) OVER (PARTITION BY f.cur_clm_uniq_id, l.clm_line_num) AS copies
				FROM final f LEFT JOIN parta_claims_revenue_center_detail l ON l.cur_clm_uniq_id = f.cur_clm_uniq_id
					AND l.prvdr_oscar_num = f.clm_blg_prvdr_oscar_num AND l.clm_from_dt = f.clm_from_dt
					AND l.clm_thru_dt = f.clm_thru_dt AND l.bene_mbi_id = f.person),
			totals AS (SELECT id, sum(paid) AS paid FROM lines WHERE copies = 1 GROUP BY id)
			SELECT count(DISTINCT id), count(DISTINCT person), sum(CASE
				WHEN totals.paid = amount THEN lines.paid
				WHEN coalesce(line::int, 1) = 1 THEN amount
				ELSE 0 END)
			FROM lines JOIN totals USING (id) WHERE copies = 1`,
	},
	{name: "Part B, physicians", plain: fmt.Sprintf(tuvaPartBPlain, "cclf5"), tuva: fmt.Sprintf(tuvaPartB, "partb_physicians")},
	{name: "Part B, equipment", plain: fmt.Sprintf(tuvaPartBPlain, "cclf6"), tuva: fmt.Sprintf(tuvaPartB, "partb_dme")},
	{
		name:  "Part D",
		plain: `SELECT count(*), count(DISTINCT bene_mbi_id), sum(clm_line_bene_pmt_amt) FROM cclf7 WHERE clm_adjsmt_type_cd IS DISTINCT FROM '1'`,
		// Of events with the same natural key, in which there is no person, one
		// is left.
		tuva: `WITH ranked AS (
				SELECT *, row_number() OVER (PARTITION BY clm_line_from_dt, prvdr_srvc_id_qlfyr_cd, clm_srvc_prvdr_gnrc_id_num,
					clm_dspnsng_stus_cd, clm_line_rx_srvc_rfrnc_num, clm_line_rx_fill_num
					ORDER BY try_cast(clm_efctv_dt AS date) DESC NULLS LAST, cur_clm_uniq_id DESC) AS place
				FROM partd_claims)
			SELECT count(*), count(DISTINCT bene_mbi_id), sum(clm_line_bene_pmt_amt::decimal(18,2))
			FROM ranked WHERE place = 1 AND clm_adjsmt_type_cd <> '1'`,
	},
}

// Lines that were not allowed, and claims that were denied, go; of the versions
// of a line, which share the control number, the last stands for the sum.
const (
	tuvaPartBPlain = `SELECT count(DISTINCT cur_clm_uniq_id), count(DISTINCT bene_mbi_id), sum(clm_line_cvrd_pd_amt) FROM %s
		WHERE clm_adjsmt_type_cd IS DISTINCT FROM '1' AND coalesce(clm_prcsg_ind_cd, 'A') IN ('A', 'O', 'S', 'R')
			AND clm_carr_pmt_dnl_cd IS DISTINCT FROM '0'`
	tuvaPartB = `WITH allowed AS (
			SELECT *, coalesce(crnt_num, bene_mbi_id) AS person,
				clm_line_cvrd_pd_amt::decimal(18,2) * CASE clm_adjsmt_type_cd WHEN '1' THEN -1 ELSE 1 END AS amount
			FROM %s LEFT JOIN (SELECT prvs_num, crnt_num FROM beneficiary_xref) ON prvs_num = bene_mbi_id
			WHERE clm_prcsg_ind_cd IN ('A', 'O', 'S', 'R') AND coalesce(clm_carr_pmt_dnl_cd, '~') <> '0'),
		ranked AS (
			SELECT *, sum(amount) OVER versions AS paid, row_number() OVER (PARTITION BY clm_cntl_num, clm_line_num, person
				ORDER BY try_cast(clm_efctv_dt AS date) DESC NULLS LAST, cur_clm_uniq_id DESC) AS place
			FROM allowed
			WINDOW versions AS (PARTITION BY clm_cntl_num, clm_line_num, person))
		SELECT count(DISTINCT cur_clm_uniq_id), count(DISTINCT person), sum(paid) FROM ranked WHERE place = 1 AND clm_adjsmt_type_cd <> '1'`
)
