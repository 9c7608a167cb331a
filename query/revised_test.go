//go:build cgo

package query

import (
	"fmt"
	"strings"
	"testing"

	"github.com/cclf-tools/cclf/internal/synth/synthtest"
)

// ofOneDay are the times of three deliveries, two of them of one day, and oneUndated those
// of two, of which one has none.
var (
	ofOneDay   = []string{"D250317.T2359599 2025-03-17", "D250318.T0912340 2025-03-18", "D250318.T0912345 2025-03-18"}
	oneUndated = []string{"", "D250317.T2359599 2025-03-17"}
)

// revisedTables are the tables of deliveries, oldest first, which have the same claims
// with other amounts. What the newest has ends in their number.
func revisedTables(t *testing.T, made []string) map[string]string {
	t.Helper()
	columns := map[string]string{
		"cclf1": "cur_clm_uniq_id bene_mbi_id clm_type_cd clm_adjsmt_type_cd clm_efctv_dt clm_thru_dt clm_pmt_amt",
		"cclf2": "cur_clm_uniq_id clm_line_num clm_line_hcpcs_cd clm_line_prod_rev_ctr_cd clm_from_dt clm_line_cvrd_pd_amt",
		"cclf5": "cur_clm_uniq_id clm_line_num bene_mbi_id clm_adjsmt_type_cd clm_efctv_dt clm_thru_dt clm_line_cvrd_pd_amt",
		"cclf7": "cur_clm_uniq_id bene_mbi_id clm_adjsmt_type_cd clm_efctv_dt clm_line_from_dt clm_line_bene_pmt_amt",
		"cclf8": "bene_mbi_id bene_mdcr_stus_cd",
	}
	rows := map[string]string{
		"cclf1": "1 M 40 0 2025-01-05 2025-01-02 10%d",
		"cclf2": "1 1 G0439 0450 2025-01-02 20%d",
		"cclf5": "2 1 M 0 2025-01-05 2025-01-02 30%d",
		"cclf7": "3 M 0 2025-01-05 2025-01-02 40%d",
		"cclf8": "M 1%[1]d",
	}
	texts := map[string]string{}
	for table, header := range columns {
		texts[table] = header
		for i := range made {
			texts[table] += "\n" + fmt.Sprintf(rows[table], (i+1)%len(made)+1) // the second is listed first
		}
	}
	files := tables(t, texts)
	for path, text := range files {
		table, _, _ := strings.Cut(path, "/")
		lines := strings.Split(strings.TrimSpace(text), "\n")
		lines[0] += ",FILE_NAME,FILE_DATE"
		for i := range made {
			tail, day, ok := strings.Cut(made[(i+1)%len(made)], " ")
			if ok {
				lines[i+1] += fmt.Sprintf(",P.A1234.ACO.ZC%sY25.%s,%s", table[len("cclf"):], tail, day)
			} else {
				lines[i+1] += fmt.Sprintf(",%s.txt,", table)
			}
		}
		files[path] = strings.Join(lines, "\n") + "\n"
	}
	return files
}

// TestRevised counts what the newest of several deliveries has, also of two that were
// made on one day. One without a date is older than others.
func TestRevised(t *testing.T) {
	synthtest.WithoutRace(t)
	for _, made := range [][]string{ofOneDay, oneUndated} {
		db := open(t, revisedTables(t, made))
		for _, tt := range []struct{ sql, want string }{
			{"SELECT file, paid FROM metrics.payments ORDER BY ALL", "[[cclf1 10%[1]d.00] [cclf5 30%[1]d.00]]"},
			{"SELECT amount FROM metrics.part_d WHERE final_action", "[[40%d.00]]"},
			{"SELECT amount FROM metrics.services WHERE file = 'cclf2'", "[[20%d.00]]"},
			{"SELECT line_paid FROM metrics.star_lines WHERE revenue_center = '0450'", "[[20%d.00]]"},
			{"SELECT medicare_status FROM metrics.beneficiaries", "[[1%d]]"},
		} {
			if got, want := fmt.Sprint(get(t, db, tt.sql)), fmt.Sprintf(tt.want, len(made)); got != want {
				t.Errorf("of %d: %s: %s, want %s", len(made), tt.sql, got, want)
			}
		}
	}
}

// TestPartDDeliveries has related events of two deliveries, in each order of their claim
// numbers: where their own dates do not tell the newest, the deliveries do.
func TestPartDDeliveries(t *testing.T) {
	synthtest.WithoutRace(t)
	texts := tables(t, map[string]string{"cclf7": `
		cur_clm_uniq_id bene_mbi_id clm_type_cd clm_efctv_dt clm_idr_ld_dt clm_line_from_dt clm_line_rx_srvc_rfrnc_num clm_line_bene_pmt_amt
		19 A 01 2024-03-10 2024-03-11 2024-02-29 1 10
		12 A 03 2024-03-10 2024-03-11 2024-02-29 1 0
		29 B 01 - - 2024-02-29 1 20
		22 B 02 - - 2024-02-29 1 21
		31 C 01 - - 2024-02-29 1 30
		32 C 03 - - 2024-02-29 1 0
		41 D 01 2024-03-10 2024-03-11 2024-02-29 1 40
		42 D 02 2024-03-05 2024-03-06 2024-02-29 1 41`})
	for path, text := range texts {
		lines := strings.Split(strings.TrimSpace(text), "\n")
		lines[0] += ",FILE_NAME,FILE_DATE"
		for i := range lines[1:] {
			lines[i+1] += []string{",P.A1234.ACO.ZC7Y24.D240320.T0912345,2024-03-20", ",P.A1234.ACO.ZC7Y24.D240420.T0912345,2024-04-20"}[i%2]
		}
		texts[path] = strings.Join(lines, "\n") + "\n"
	}
	sql := "SELECT mbi, amount FROM metrics.part_d WHERE final_action ORDER BY ALL"
	if got, want := fmt.Sprint(get(t, open(t, texts), sql)), "[[B 21.00] [D 40.00]]"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// TestRevisedPair does so for comparisons.
func TestRevisedPair(t *testing.T) {
	synthtest.WithoutRace(t)
	left, right := dataSet(t, revisedTables(t, ofOneDay)), dataSet(t, revisedTables(t, oneUndated))
	pair, err := OpenPair(t.Context(), left, right, options(left, Options{Threads: 1}))
	if err != nil {
		t.Fatal(err)
	}
	defer pair.Close()
	if _, err := pair.PrepareMetrics(t.Context()); err != nil {
		t.Fatal(err)
	}
	rows, err := pair.Query(t.Context(), `SELECT clm_pmt_amt::VARCHAR FROM a_metrics.cclf1 UNION ALL SELECT clm_line_cvrd_pd_amt::VARCHAR FROM b_metrics.cclf5
		UNION ALL SELECT clm_line_bene_pmt_amt::VARCHAR FROM a_metrics.cclf7 UNION ALL SELECT clm_pmt_amt::VARCHAR FROM b_metrics.cclf1 ORDER BY ALL`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var got []any
	for rows.Next() {
		got = append(got, rows.Values()...)
	}
	if text := fmt.Sprint(got); rows.Err() != nil || text != "[102.00 103.00 302.00 403.00]" {
		t.Errorf("%s, %v", text, rows.Err())
	}
}
