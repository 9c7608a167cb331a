//go:build cgo

package query

import (
	"encoding/csv"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cclf-tools/cclf/internal/render"
	"github.com/cclf-tools/cclf/internal/synth/synthtest"
	"github.com/cclf-tools/cclf/schema"
)

var update = flag.Bool("update", false, "rewrite docs/metrics.md from the headers of the metrics")

// tables makes the files of a data set from texts by table name. The first line of a
// text has the labels of columns, the others have rows; fields are words, and a dash
// is an empty field. All other columns of the table are empty.
func tables(t *testing.T, texts map[string]string) map[string]string {
	t.Helper()
	files := make(map[string]string)
	for name, text := range texts {
		table := schema.Lookup(name)
		var b strings.Builder
		w := csv.NewWriter(&b)
		var at []int
		for i, line := range strings.Split(strings.TrimSpace(text), "\n") {
			record := make([]string, len(table.Fields))
			words := strings.Fields(line)
			if i == 0 {
				for f := range table.Fields {
					record[f] = table.Fields[f].Label
				}
				for _, word := range words {
					f := slices.Index(record, strings.ToUpper(word))
					if f < 0 {
						t.Fatalf("%s has no column %s", name, word)
					}
					at = append(at, f)
				}
				words = nil
			} else if len(words) != len(at) {
				t.Fatalf("%s: %d fields in %q, want %d", name, len(words), line, len(at))
			}
			for j, word := range words {
				if word != "-" {
					record[at[j]] = word
				}
			}
			if err := w.Write(record); err != nil {
				t.Fatal(err)
			}
		}
		w.Flush()
		files[name+"/part-00000.csv"] = b.String()
	}
	return files
}

// prepare opens a data set made of tables for metrics, and checks the basis. What metrics
// compute is SQL: TestMaterialize and others start their goroutines for the race detector.
func prepare(t *testing.T, texts map[string]string, b, want Basis) *DB {
	t.Helper()
	synthtest.WithoutRace(t)
	db := open(t, tables(t, texts))
	run, err := db.StartMetrics(t.Context(), MetricOptions{Basis: b})
	if err != nil {
		t.Fatal(err)
	}
	if run.Basis() != want {
		t.Fatalf("the basis is %q, want %q", run.Basis(), want)
	}
	for _, v := range baseViews(db.base.variant) {
		switch v.name {
		case "most_recent_mbi", "pairing", "undone", "payments": // else DuckDB plans them with each statement
			if err := db.store(t.Context(), &v); err != nil {
				t.Fatal(err)
			}
		}
	}
	return db
}

// lines runs a SELECT and returns its rows, with a space between values. It is planned
// once, unlike one of a user: TestScripts checks that metrics are allowed.
func lines(t *testing.T, db *DB, sql string) []string {
	t.Helper()
	if err := errors.Join(db.createViewsFor(t.Context(), sql), db.viewsFor(t.Context(), statement{text: sql})); err != nil {
		t.Fatal(err)
	}
	rows, err := db.queryOwn(t.Context(), sql)
	if err != nil {
		t.Fatalf("%s\n%v", sql, err)
	}
	defer rows.Close()
	list := []string{}
	for rows.Next() {
		words := make([]string, len(rows.Values()))
		for i, v := range rows.Values() {
			if words[i] = render.Text(v); v == nil {
				words[i] = "-"
			}
		}
		list = append(list, strings.Join(words, " "))
	}
	if err := rows.Err(); err != nil {
		t.Fatalf("%s\n%v", sql, err)
	}
	return list
}

// answer returns a metric as a subquery.
func answer(t *testing.T, db *DB, name string) string {
	t.Helper()
	return "(" + metricSQL(t, db, name, MetricOptions{Basis: db.basis}) + ")"
}

// metricSQL returns the SQL of a metric with options.
func metricSQL(t *testing.T, db *DB, name string, opts MetricOptions) string {
	t.Helper()
	run, err := db.StartMetrics(t.Context(), opts)
	if err != nil {
		t.Fatal(err)
	}
	sql, err := run.SQL(LookupMetric(name))
	if err != nil {
		t.Fatal(err)
	}
	return sql
}

// check compares the rows of a query, or of the metric named sql, with lines of text.
func check(t *testing.T, db *DB, sql, want string) {
	t.Helper()
	name, _, _ := strings.Cut(strings.TrimSpace(sql), "\n")
	if LookupMetric(sql) != nil {
		sql = metricSQL(t, db, sql, MetricOptions{Basis: db.basis})
	}
	wantLines := []string{}
	for line := range strings.Lines(strings.TrimSpace(want)) {
		wantLines = append(wantLines, strings.Join(strings.Fields(line), " "))
	}
	if diff := cmp.Diff(wantLines, lines(t, db, sql)); diff != "" {
		t.Errorf("%s (-want +got):\n%s", name, diff)
	}
}

// The example in section 5.3.2 of the Information Packet: the expenditures for a
// beneficiary, from debits and credits.
var (
	packetPartA = `
		cur_clm_uniq_id clm_blg_prvdr_oscar_num clm_from_dt clm_thru_dt bene_mbi_id clm_pmt_amt clm_adjsmt_type_cd clm_efctv_dt
		1 654321 2012-07-01 2012-07-08 6U50TE7GG18 200 0 2012-07-20
		2 654321 2012-07-01 2012-07-08 6U50TE7GG18   0 2 2012-09-20
		3 654321 2012-07-01 2012-07-08 6U50TE7GG18 200 1 2012-08-07
		4 654321 2012-07-01 2012-07-08 6U50TE7GG18 210 2 2012-09-20
		5 654321 2012-07-01 2012-07-08 6U50TE7GG18   0 2 2012-08-07
		6 654321 2012-07-01 2012-07-08 6U50TE7GG18   0 1 2012-10-07
		7 654321 2012-08-20 2012-08-29 6U50TE7GG18  50 0 2012-09-20`
	packetPartB = `
		cur_clm_uniq_id clm_line_num clm_cntl_num bene_mbi_id clm_line_cvrd_pd_amt clm_adjsmt_type_cd clm_efctv_dt
		1 3 7 6U50TE7GG18   0 1 2012-09-02
		1 1 7 6U50TE7GG18 380 1 2012-09-02
		1 2 7 6U50TE7GG18 227 1 2012-09-02
		2 1 7 6U50TE7GG18 380 0 2012-09-02
		2 2 7 6U50TE7GG18 227 0 2012-09-02
		2 3 7 6U50TE7GG18 100 0 2012-09-02
		3 3 7 6U50TE7GG18   0 0 2012-08-15
		3 1 7 6U50TE7GG18 380 0 2012-08-15
		3 2 7 6U50TE7GG18 227 0 2012-08-15`
)

const (
	finalPartA = "SELECT claim FROM metrics.payments WHERE part = 'A' AND final_action ORDER BY claim"
	finalPartB = "SELECT claim, line FROM metrics.payments WHERE part = 'B' AND final_action ORDER BY claim, line"
)

// reversed reverses the rows of a table.
func reversed(text string) string {
	rows := strings.Split(strings.TrimSpace(text), "\n")
	slices.Reverse(rows[1:])
	return strings.Join(rows, "\n")
}

func TestGoldenVectors(t *testing.T) {
	t.Parallel()
	for name, texts := range map[string]map[string]string{
		"in order":  {"cclf1": packetPartA, "cclf5": packetPartB},
		"reversed":  {"cclf1": reversed(packetPartA), "cclf5": reversed(packetPartB)},
		"equipment": {"cclf1": packetPartA, "cclf6": packetPartB},
	} {
		t.Run(name, func(t *testing.T) {
			db := prepare(t, texts, AutoBasis, DebitCredit)
			physician, equipment := "707.00 1", "0.00 0"
			if name == "equipment" {
				physician, equipment = equipment, physician
			}
			check(t, db, "spending_total", `
				A, institutional 260.00 1
				B, physician `+physician+`
				B, equipment `+equipment+`
				A and B 967.00 1`)
			// 6 can cancel 2 or 5: it cancels the older one.
			check(t, db, finalPartA, "2\n4\n7")
			check(t, db, finalPartB, "2 1\n2 2\n2 3")
			check(t, db, "SELECT file, all_rows, final_action, taken_back, paired_alike, unpaired, net_amount, difference FROM "+answer(t, db, "final_action")+" WHERE all_rows > 0 ORDER BY file", `
				cclf1 7 3 2 2 0 260.00 0.00
				`+map[bool]string{true: "cclf6", false: "cclf5"}[name == "equipment"]+` 9 3 3 3 0 707.00 0.00`)
			check(t, db, "SELECT total FROM "+answer(t, db, "spending_by_beneficiary"), "967.00")
		})
	}
}

// TestGoldenVectorsInParquet has the example with the types that convert writes.
func TestGoldenVectorsInParquet(t *testing.T) {
	synthtest.WithoutRace(t)
	t.Parallel()
	files := make(map[string]string)
	inCSV := dataSet(t, tables(t, map[string]string{"cclf1": packetPartA, "cclf5": packetPartB}))
	for _, name := range []string{"cclf1", "cclf5"} {
		var columns []string
		for _, f := range schema.Lookup(name).Fields {
			columns = append(columns, fmt.Sprintf("%s::%s AS %[1]s", f.Label, sqlType(&f)))
		}
		part := filepath.Join(inCSV, name, "part-00000.csv")
		files[name+"/part-00000.parquet"] = "SELECT " + strings.Join(columns, ", ") +
			" FROM read_csv(" + quote(part) + ", all_varchar = true)"
	}
	db := open(t, files)
	if r, err := db.StartMetrics(t.Context(), MetricOptions{}); err != nil || r.Basis() != DebitCredit {
		t.Fatalf("basis: %v", err)
	}
	check(t, db, "SELECT spending, paid FROM "+answer(t, db, "spending_total"), `
		A, institutional 260.00
		B, physician 707.00
		B, equipment 0.00
		A and B 967.00`)
}

// TestFinalAction computes metrics of claims as BCDA sends them.
func TestFinalAction(t *testing.T) {
	t.Parallel()
	// Cancellations are excluded, and nothing is subtracted.
	db := prepare(t, map[string]string{"cclf1": packetPartA, "cclf5": packetPartB}, FinalAction, FinalAction)
	check(t, db, "SELECT part, sum(paid), min(paid) FROM metrics.payments GROUP BY part ORDER BY part", `
		A 460.00 0.00
		B 1314.00 0.00`)
	check(t, db, finalPartA, "1\n2\n4\n5\n7")

	// A data set written by convert is not debit/credit, even if it has a
	// cancellation: v3 can send one without the claim that it cancels. Among the
	// versions of a claim, the final-action ones count. Partially adjudicated
	// claims do not affect the others.
	texts := map[string]string{
		"claims": `
			cur_clm_uniq_id claim_type final_action clm_adjsmt_type_cd system_type
			11 INPATIENT Y 0 NationalClaimsHistory
			12 INPATIENT N 0 NationalClaimsHistory
			13 INPATIENT Y 1 NationalClaimsHistory
			14 INPATIENT Y 2 NationalClaimsHistory
			14 INPATIENT N 2 SharedSystem
			21 CARRIER   N - -
			22 CARRIER   Y - -
			22 PDE       N - -`,
		"cclf1": `
			cur_clm_uniq_id bene_mbi_id clm_pmt_amt clm_adjsmt_type_cd
			11 M 100.01 0
			12 M 200.02 0
			13 M 400.04 1
			14 M 800.08 2`,
		"cclf5": `
			cur_clm_uniq_id clm_line_num bene_mbi_id clm_line_cvrd_pd_amt
			21 1 M 1.10
			21 2 M 2.20
			22 1 M 4.40
			22 2 M 8.80`,
		"cclf7": `
			cur_clm_uniq_id bene_mbi_id clm_line_from_dt clm_line_bene_pmt_amt
			21 M 2024-01-01 5
			22 M 2024-01-01 7`,
	}
	db = prepare(t, texts, AutoBasis, FinalAction)
	check(t, db, "spending_total", `
		A, institutional 900.09 1
		B, physician 13.20 1
		B, equipment 0.00 0
		A and B 913.29 1`)
	check(t, db, finalPartA, "11\n14")
	check(t, db, "SELECT claim FROM metrics.part_d WHERE final_action", "21")
	check(t, db, "final_action", `
		cclf1 4 2 1 1 - - - 0 900.09 900.09 0.00
		cclf5 4 2 2 0 - - - 0 13.20 13.20 0.00
		cclf6 0 0 0 0 - - - 0 0.00 0.00 0.00
		cclf7 2 1 1 0 - - - 0 5.00 5.00 0.00`)

	// An explicit basis.
	db = prepare(t, texts, DebitCredit, DebitCredit)
	check(t, db, "SELECT sum(paid) FROM metrics.payments WHERE part = 'A'", "700.07")
}

// TestSeveralFinalActions finds several final-action versions of a claim.
func TestSeveralFinalActions(t *testing.T) {
	t.Parallel()
	db := prepare(t, map[string]string{"claims": `
		cur_clm_uniq_id bene_mbi_id claim_type final_action clm_cntl_num claim_group
		1 M CARRIER   Y C1 -
		2 M CARRIER   Y C1 -
		3 N CARRIER   Y C1 -
		4 M CARRIER   N C1 -
		5 M INPATIENT Y C2 9
		6 M SNF       Y C3 9
		7 M INPATIENT Y -  -
		8 M INPATIENT Y -  -`}, AutoBasis, FinalAction)
	check(t, db, "SELECT file, several_in_force FROM "+answer(t, db, "final_action")+" ORDER BY file", `
		cclf1 1
		cclf5 1
		cclf6 0
		cclf7 0`)
}

// TestPairing pairs the related sets that the Information Packet lists, and unusual
// ones.
func TestPairing(t *testing.T) {
	synthtest.WithoutRace(t)
	t.Parallel()
	tests := []struct {
		name string
		rows string // claim, amount, adjustment, effective date
		want string // final-action claims
		net  string
	}{
		{"an original", "1 10 0 2024-01-01", "1", "10.00"},
		{"an adjustment", "1 10 2 2024-01-01", "1", "10.00"},
		{"original and cancellation", "1 10 0 2024-01-01\n2 10 1 2024-02-01", "", "0.00"},
		{"two originals", "1 10 0 2024-01-01\n2 10 0 2024-02-01", "1\n2", "20.00"},
		{"original, cancellation, adjustment", "1 10 0 2024-01-01\n2 10 1 2024-02-01\n3 12 2 2024-02-01", "3", "12.00"},
		{"the cancellation comes last", "1 10 0 2024-01-01\n3 12 2 2024-02-01\n2 10 1 2024-06-01", "3", "12.00"},
		{"the cancellation comes first", "1 10 0 2024-01-01\n2 10 1 2024-02-01\n3 12 2 2024-06-01", "3", "12.00"},
		{"an adjustment of the same amount", "3 10 2 2024-01-01\n1 10 0 2024-01-02\n2 10 1 2024-02-01", "3", "10.00"},
		{"the oldest of two originals", "1 10 0 2024-02-01\n2 10 0 2024-01-01\n3 10 1 2024-03-01", "1", "10.00"},
		{"no date", "1 10 0 -\n2 10 0 2024-01-01\n3 10 1 2024-03-01", "1", "10.00"},
		{"adjustment cancelled too", "1 10 0 2024-01-01\n2 10 1 2024-02-01\n3 12 2 2024-02-01\n4 12 1 2024-03-01\n5 9 2 2024-03-01", "5", "9.00"},
		{"a cancellation alone", "1 10 1 2024-01-01", "", "-10.00"},
		{"two cancellations of one", "1 10 0 2024-01-01\n2 10 1 2024-02-01\n3 10 1 2024-02-01", "", "-10.00"},
		{"another amount", "1 10 0 2024-01-01\n2 11 1 2024-02-01", "", "-1.00"},
		{"the same amount first", "1 10 0 2024-01-01\n2 11 0 2024-02-01\n3 11 1 2024-03-01", "1", "10.00"},
		{"no amount", "1 - 0 2024-01-01\n2 0 1 2024-02-01", "", "0.00"},
		{"no type", "1 10 - 2024-01-01\n2 10 1 2024-02-01", "", "0.00"},
	}
	// Each case has a beneficiary of its own.
	var a, b strings.Builder
	a.WriteString("bene_mbi_id cur_clm_uniq_id clm_pmt_amt clm_adjsmt_type_cd clm_efctv_dt clm_blg_prvdr_oscar_num clm_from_dt clm_thru_dt\n")
	b.WriteString("bene_mbi_id cur_clm_uniq_id clm_line_cvrd_pd_amt clm_adjsmt_type_cd clm_efctv_dt clm_cntl_num clm_line_num\n")
	for i, tt := range tests {
		for row := range strings.SplitSeq(tt.rows, "\n") {
			fmt.Fprintf(&a, "M%d %d.%s 654321 2024-01-01 2024-01-05\n", i, i, row)
			fmt.Fprintf(&b, "M%d %d.%s 7 1\n", i, i, row)
		}
	}
	db := prepare(t, map[string]string{"cclf1": a.String(), "cclf6": b.String()}, DebitCredit, DebitCredit)
	for i, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for _, part := range []string{"A", "B"} {
				check(t, db, fmt.Sprintf("SELECT split_part(claim, '.', 2) FROM metrics.payments WHERE part = '%s' AND final_action AND mbi = 'M%d' ORDER BY claim", part, i), tt.want)
			}
			check(t, db, fmt.Sprintf("SELECT sum(paid) FROM metrics.payments WHERE mbi = 'M%d' GROUP BY file", i), tt.net+"\n"+tt.net)
		})
	}
}

// TestRelated has cancellations that resemble those of other claims.
func TestRelated(t *testing.T) {
	t.Parallel()
	db := prepare(t, map[string]string{
		"cclf1": `
			cur_clm_uniq_id clm_pmt_amt clm_adjsmt_type_cd bene_mbi_id clm_blg_prvdr_oscar_num clm_from_dt clm_thru_dt
			1 10 0 M 654321 2024-01-01 2024-01-05
			2 10 1 M 654321 2024-01-01 2024-01-06
			3 10 1 M 654321 2024-01-02 2024-01-05
			4 10 1 M 654322 2024-01-01 2024-01-05
			5 10 1 N 654321 2024-01-01 2024-01-05
			6 10 0 M -      2024-02-01 2024-02-01
			7 10 1 M -      2024-02-01 2024-02-01
			8 10 0 -  654321 2024-02-01 2024-02-01
			9 10 1 -  654321 2024-02-01 2024-02-01`,
		// Claims that differ in one line only: the cancellation belongs to the
		// claim with the same amounts in all lines, which is not the oldest.
		"cclf5": `
			cur_clm_uniq_id clm_line_num clm_line_cvrd_pd_amt clm_adjsmt_type_cd clm_efctv_dt bene_mbi_id clm_cntl_num
			1 1 380 0 2024-01-01 M 7
			1 2 227 0 2024-01-01 M 7
			2 1 380 0 2024-02-01 M 7
			2 2 100 0 2024-02-01 M 7
			3 1 380 1 2024-03-01 M 7
			3 2 100 1 2024-03-01 M 7
			4 1 50  0 2024-01-01 M -
			5 1 50  1 2024-01-01 M -
			6 1 60  0 2024-01-01 M 8
			7 2 60  1 2024-01-01 M 8`,
		// The same control number in another file: a different claim.
		"cclf6": `
			cur_clm_uniq_id clm_line_num clm_line_cvrd_pd_amt clm_adjsmt_type_cd clm_efctv_dt bene_mbi_id clm_cntl_num
			1 1 60 1 2024-01-01 M 8`,
	}, AutoBasis, DebitCredit)
	check(t, db, finalPartA, "1\n6\n8")
	check(t, db, finalPartB, "1 1\n1 2\n4 1\n6 1")
	check(t, db, "final_action", `
		cclf1 9 3 0 6 0 0 6 0 30.00 -30.00 -60.00
		cclf5 10 4 2 4 2 0 2 0 717.00 607.00 -110.00
		cclf6 1 0 0 1 0 0 1 0 0.00 -60.00 -60.00
		cclf7 0 0 0 0 - - - 0 0.00 0.00 0.00`)
}

// TestPairingAtRandom makes histories of claims, in which every cancellation cancels
// a claim, and shuffles the rows. The remaining amounts must be those that were not
// canceled.
func TestPairingAtRandom(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	rows := []string{}
	net, left, claims := 0, 0, 0
	add := func(set, cents, adjustment int) {
		claims++
		rows = append(rows, fmt.Sprintf("%d M %06d 2024-01-01 2024-01-05 %d.%02d %d 2024-%02d-01",
			claims, set, cents/100, cents%100, adjustment, 1+random.IntN(12)))
	}
	for set := range 200 {
		for range 1 + random.IntN(3) {
			cents := random.IntN(4) * 333 // the same amount more often than not
			add(set, cents, 0)
			for random.IntN(2) == 0 { // canceled, and then perhaps adjusted
				add(set, cents, 1)
				if random.IntN(3) == 0 {
					cents = -1
					break
				}
				cents = random.IntN(4) * 333
				add(set, cents, 2)
			}
			if cents >= 0 {
				net += cents
				left++
			}
		}
	}
	random.Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
	db := prepare(t, map[string]string{"cclf1": "cur_clm_uniq_id bene_mbi_id clm_blg_prvdr_oscar_num clm_from_dt clm_thru_dt clm_pmt_amt clm_adjsmt_type_cd clm_efctv_dt\n" +
		strings.Join(rows, "\n")}, AutoBasis, DebitCredit)
	check(t, db, "SELECT count(*) FILTER (WHERE final_action), sum(amount) FILTER (WHERE final_action), sum(paid) FROM metrics.payments WHERE part = 'A'",
		fmt.Sprintf("%d %d.%02d %[2]d.%02[3]d", left, net/100, net%100))
	check(t, db, "SELECT counterpart, count(*) > 0 FROM metrics.pairing WHERE cancels GROUP BY ALL", "alike true")
}

func TestMostRecentMBI(t *testing.T) {
	t.Parallel()
	db := prepare(t, map[string]string{
		"cclf8": `
			bene_mbi_id
			C
			X2
			R1`,
		"cclf9": `
			prvs_num crnt_num prvs_id_efctv_dt prvs_id_obslt_dt
			A  B  2018-01-01 2019-01-01
			B  C  2019-01-02 2020-01-01
			C  C  2020-01-02 -
			P1 Q  2018-01-01 2019-01-01
			P2 Q  2019-01-02 2020-01-01
			R  R1 2018-01-01 2019-01-01
			R  R2 2018-01-01 2019-01-01
			S  S1 2018-01-01 2019-01-01
			S  S2 2018-01-01 2020-01-01
			S  S3 2018-01-01 9999-12-31
			X1 X2 2018-01-01 2019-01-01
			X2 X1 2019-01-02 2020-01-01
			Y1 Y2 2018-01-01 2019-01-01
			Y2 Y3 2019-01-02 2020-01-01
			Y3 Y1 2020-01-02 2021-01-01
			Y0 Y2 2017-01-01 2018-01-01
			~  T  2018-01-01 2019-01-01
			U  -  2018-01-01 2019-01-01
			-  V  2018-01-01 2019-01-01`,
		"cclf1": `
			cur_clm_uniq_id clm_pmt_amt clm_adjsmt_type_cd bene_mbi_id clm_blg_prvdr_oscar_num clm_from_dt clm_thru_dt
			1 10 0 A 654321 2024-01-01 2024-01-05
			2 10 1 C 654321 2024-01-01 2024-01-05
			3 12 2 B 654321 2024-01-01 2024-01-05`,
		"enrollment": `
			bene_mbi_id part month
			A A 2024-01-01
			B A 2024-01-01
			C B 2024-01-01`,
	}, AutoBasis, DebitCredit)
	check(t, db, "FROM metrics.most_recent_mbi ORDER BY mbi", `
		A C
		B C
		P1 Q
		P2 Q
		R R1
		S S2
		X1 X2
		Y0 Y1
		Y2 Y1
		Y3 Y1`)
	// A change of the MBI does not separate a claim from its cancellation.
	check(t, db, "SELECT mbi, claim, paid FROM metrics.payments WHERE part = 'A' AND final_action", "C 3 12.00")
	check(t, db, "SELECT mbi, month, part_a, part_b, fee_for_service FROM metrics.member_months", "C 2024-01-01 true true true")
}

// TestBeneficiaries joins claims to a CCLF8 with several rows per beneficiary.
func TestBeneficiaries(t *testing.T) {
	t.Parallel()
	db := prepare(t, map[string]string{
		"cclf8": `
			bene_mbi_id bene_rng_bgn_dt bene_mdcr_stus_cd bene_dual_stus_cd
			M - 10 -
			M 2024-01-01 10 02
			M 2023-01-01 20 02
			O - 11 NA
			N - 20 ~
			Q - 10 02`,
		"cclf9": `
			prvs_num crnt_num
			O N`,
		"cclf1": `
			cur_clm_uniq_id clm_pmt_amt bene_mbi_id
			1 100.00 M
			2 50.50 O
			3 7 Z
			4 1 -`,
		"cclf5": `
			cur_clm_uniq_id clm_line_num clm_line_cvrd_pd_amt bene_mbi_id
			1 1 0.05 M`,
		"cclf7": `
			cur_clm_uniq_id clm_line_bene_pmt_amt bene_mbi_id
			1 3 Q`,
		"enrollment": `
			bene_mbi_id part month
			N A 2024-01-01
			N B 2024-01-01
			N D 2024-02-01`,
	}, AutoBasis, FinalAction)
	check(t, db, "spending_by_status", `
		10 aged 02 2 100.05 50.03
		20 disabled - 1 50.50 50.50
		- not in CCLF8 - 1 8.00 8.00`)
	check(t, db, "spending_by_beneficiary", `
		M true 100.00 0.05 0.00 100.05 0 0.00 - -
		N true 50.50 0.00 0.00 50.50 0 0.00 - 1
		Z false 7.00 0.00 0.00 7.00 0 0.00 - -
		- false 1.00 0.00 0.00 1.00 0 0.00 - -
		Q true 0.00 0.00 0.00 0.00 1 3.00 - -`)
	check(t, db, "SELECT count(*), sum(total) FROM "+answer(t, db, "spending_by_beneficiary"), "5 158.55")
}

func TestSpendingBy(t *testing.T) {
	t.Parallel()
	db := prepare(t, map[string]string{
		"cclf1": `
			cur_clm_uniq_id bene_mbi_id clm_type_cd clm_from_dt clm_thru_dt clm_bill_fac_type_cd clm_bill_clsfctn_cd clm_pmt_amt
			1 M 60 2024-01-30 2024-02-01 1 1 1000.00
			2 M 40 2024-01-10 2024-01-10 1 3 200.00
			3 N 60 2024-01-10 2024-01-10 1 2 30.00
			4 N 10 2024-01-10 2024-01-10 3 2 4.00
			5 N 10 2024-01-10 9999-12-31 - - 0.50
			6 N 50 2024-01-10 2024-01-31 8 1 0.06
			7 N 40 2024-01-10 2024-01-31 ~ ~ 0.07
			8 N -  2024-01-10 2024-01-31 1 8 0.08`,
		"cclf5": `
			cur_clm_uniq_id clm_line_num bene_mbi_id clm_type_cd clm_thru_dt clm_line_thru_dt clm_line_cvrd_pd_amt
			1 1 M 71 2024-02-03 2024-01-31 10.10
			1 2 M 71 2024-02-03 2024-02-03 20.20
			2 1 N 72 2024-02-03 -          -`,
		"cclf6": `
			cur_clm_uniq_id clm_line_num bene_mbi_id clm_type_cd clm_thru_dt clm_line_thru_dt clm_line_cvrd_pd_amt
			1 1 M 82 2024-02-03 2024-02-03 5.55`,
	}, AutoBasis, FinalAction)
	check(t, db, "spending_by_claim_type", `
		A 10 home health 2 0 1 4.50
		A 40 outpatient 2 0 2 200.07
		A 50 hospice 1 0 1 0.06
		A 60 inpatient 2 0 2 1030.00
		A - - 1 0 1 0.08
		B 71 physician 1 0 1 30.30
		B 72 physician, equipment 1 0 1 0.00
		B 82 supplier, equipment 1 0 1 5.55`)
	check(t, db, "spending_by_fund", `
		HI 1000.14 0.00 0.00 1000.14
		SMI 230.07 30.30 5.55 265.92
		HI or SMI 4.50 0.00 0.00 4.50
		all 1234.71 30.30 5.55 1270.56`)
	check(t, db, "spending_by_month", `
		2024-01-01 234.21 10.10 0.00 244.31 2
		2024-02-01 1000.00 20.20 5.55 1025.75 2
		- 0.50 0.00 0.00 0.50 1`)
}

func TestMemberMonths(t *testing.T) {
	t.Parallel()
	db := prepare(t, map[string]string{
		"enrollment": `
			bene_mbi_id part month
			M A 2024-01-01
			M B 2024-01-01
			M D 2024-01-01
			M A 2024-02-01
			M C 2024-02-01
			N B 2024-01-01
			O A 2024-01-01`,
		"cclf1": `
			cur_clm_uniq_id bene_mbi_id clm_thru_dt clm_pmt_amt
			1 M 2024-01-31 100.00
			2 M 2024-02-01 7.00
			3 Z 2024-01-31 8.00`,
		"cclf6": `
			cur_clm_uniq_id clm_line_num bene_mbi_id clm_line_thru_dt clm_line_cvrd_pd_amt
			1 1 N 2024-01-31 0.01
			2 1 N 2024-03-31 0.40`,
	}, AutoBasis, FinalAction)
	check(t, db, "member_months", `
		2024-01-01 2 2 0 1 1 3 1 0
		2024-02-01 1 0 1 0 0 1 0 0`)
	check(t, db, "spending_per_member_month", `
		2024-01-01 1 100.00 0.00 100.00 100.00 8.01 1 100.00 100.00
		2024-02-01 0 0.00 0.00 0.00 - 7.00 0 0.00 -
		2024-03-01 0 0.00 0.00 0.00 - 0.40 0 0.00 -`)
}

// TestPer divides amounts exactly.
func TestPer(t *testing.T) {
	t.Parallel()
	db := prepare(t, map[string]string{}, AutoBasis, FinalAction)
	for expr, want := range map[string]string{
		"per(1.00::DECIMAL(38, 2), 3)":                "0.33",
		"per(2.00::DECIMAL(38, 2), 3)":                "0.67",
		"per(0.01::DECIMAL(38, 2), 2)":                "0.01",
		"per(-0.01::DECIMAL(38, 2), 2)":               "-0.01",
		"per(-1.00::DECIMAL(38, 2), 3)":               "-0.33",
		"per(0.00::DECIMAL(38, 2), 3)":                "0.00",
		"per(1.00::DECIMAL(38, 2), 0)":                "-",
		"per(NULL::DECIMAL(38, 2), 3)":                "-",
		"per(99999999999999.99::DECIMAL(38, 2), 7)":   "14285714285714.28",
		"per(12345678901234567.89::DECIMAL(38,2), 1)": "12345678901234567.89",
		"per(12000 * 7, 13)":                          "6461.54",
	} {
		check(t, db, "SELECT "+expr, want)
	}
}

func TestUtilization(t *testing.T) {
	t.Parallel()
	db := prepare(t, map[string]string{
		"cclf1": `
			cur_clm_uniq_id bene_mbi_id clm_type_cd clm_blg_prvdr_oscar_num clm_from_dt clm_thru_dt bene_ptnt_stus_cd dgns_drg_cd clm_mdcr_npmt_rsn_cd clm_pmt_amt
			1  M 60 111111 2024-01-01 2024-01-31 30 470 - 100.00
			2  M 60 111111 2024-02-01 2024-02-10 01 291 - 50.00
			3  M 60 111111 2024-02-11 2024-02-12 01 470 - 10.01
			4  M 60 222222 2024-02-10 2024-02-10 30 470 - 20.00
			5  M 60 222222 2024-03-10 2024-03-12 01 470 N 1.00
			6  N 61 222222 2024-03-10 2024-03-12 01 470 - 1.00
			7  N 20 333333 2024-03-01 2024-03-31 30 -   - 1.00
			8  N 20 333333 2024-03-31 2024-04-05 01 -   - 1.00
			9  N 40 111111 2024-01-05 2024-01-06 01 -   - 1.00
			10 N 40 111111 2024-01-05 2024-01-05 01 -   - 1.00
			11 N 40 111111 2024-01-07 2024-01-07 01 -   N 1.00
			12 N 40 111111 2024-01-08 2024-01-08 01 -   - 1.00
			13 N 40 111111 2024-01-09 2024-01-10 01 -   - 1.00
			14 N 40 222222 2024-01-09 2024-01-10 01 -   - 1.00`,
		"cclf2": `
			cur_clm_uniq_id clm_line_num clm_line_prod_rev_ctr_cd clm_line_from_dt
			2  1 0450 2024-02-01
			9  1 0300 2024-01-05
			9  2 0459 2024-01-06
			9  3 450  2024-01-05
			10 1 0981 2024-01-05
			11 1 0450 2024-01-07
			12 1 0460 2024-01-08
			13 1 0762 2024-01-10
			13 2 762  2024-01-09
			14 1 0762 2024-01-09`,
		"enrollment": `
			bene_mbi_id part month
			M A 2024-01-01
			M B 2024-01-01
			M A 2024-02-01
			M B 2024-02-01
			N A 2024-01-01
			N B 2024-01-01`,
	}, AutoBasis, FinalAction)
	check(t, db, "utilization", `
		inpatient stays 3 1 3 3 12000.00
		inpatient days 42 2 42 3 168000.00
		skilled nursing stays 1 0 0 3 0.00
		skilled nursing days 35 0 0 3 0.00
		emergency visits, not admitted 1 1 1 3 4000.00
		emergency visits, admitted 1 0 1 3 4000.00
		observation stays 2 0 2 3 8000.00`)
	check(t, db, "top_drgs", `
		1 291 1 1 40.00 150.00 150.00
		2 470 2 1 1.00 30.01 15.01`)
}

func TestDenied(t *testing.T) {
	t.Parallel()
	db := prepare(t, map[string]string{
		"cclf1": `
			cur_clm_uniq_id clm_mdcr_npmt_rsn_cd clm_pmt_amt clm_adjsmt_type_cd
			1 - 1 0
			2 ~ 2 0
			3 N 4 0
			4 N 8 1`,
		"cclf5": `
			cur_clm_uniq_id clm_line_num clm_carr_pmt_dnl_cd clm_prcsg_ind_cd clm_line_cvrd_pd_amt
			1 1 1 A 1
			1 2 1 N 2
			2 1 0 A 4
			2 2 0 I 8
			3 1 - - 16
			4 1 3 S 32`,
	}, FinalAction, FinalAction)
	check(t, db, "denied_claims", `
		A, institutional 3 1 - - 4.00
		B, physician 4 1 6 3 14.00
		B, equipment 0 0 0 0 0.00`)
}

func TestPartD(t *testing.T) {
	t.Parallel()
	db := prepare(t, map[string]string{
		// The newest of related events counts, unless it is a deletion.
		"cclf7": `
			cur_clm_uniq_id bene_mbi_id clm_type_cd clm_line_from_dt clm_srvc_prvdr_gnrc_id_num clm_line_rx_srvc_rfrnc_num clm_line_rx_fill_num clm_line_bene_pmt_amt clm_efctv_dt clm_idr_ld_dt
			1 M 01 2024-01-05 9 100 0 1.00  2024-01-10 2024-01-12
			2 M 02 2024-01-05 9 100 0 2.00  2024-01-11 2024-02-12
			3 M 01 2024-01-05 9 100 1 4.00  2024-01-10 2024-01-12
			4 M 01 2024-01-05 9 101 0 8.00  2024-01-10 2024-01-12
			5 M 03 2024-01-05 9 101 0 0.00  2024-01-10 2024-02-12
			6 M 01 2024-01-05 9 -   0 16.00 2024-01-10 2024-01-12
			7 M 01 2024-01-05 9 -   0 32.00 2024-01-10 2024-01-12
			8 N -  2024-02-05 9 102 0 64.05 -          -
			9 N -  2024-02-05 9 102 0 0.50  -          -
			10 N - 2024-02-05 9 103 0 0.25  -          -`,
		"part_d_costs": `
			cur_clm_uniq_id tot_rx_cst_amt cvrd_d_plan_pd_amt ncvrd_plan_pd_amt adjstmt_dltn_cd
			2 20.10 15.00 3.10 A
			8 99.99 - - -
			9 1.01  0.50 - -
			10 7 7 7 D`,
	}, AutoBasis, FinalAction)
	check(t, db, "SELECT claim FROM metrics.part_d WHERE final_action ORDER BY claim", "2\n3\n6\n7\n8\n9")
	check(t, db, "SELECT file, all_rows, final_action, taken_back, cancellations, net_amount FROM "+answer(t, db, "final_action")+" WHERE file = 'cclf7'",
		"cclf7 10 6 2 2 118.55")
	check(t, db, "part_d_cost", `
		2024-01-01 4 1 54.00 1 20.10 18.10
		2024-02-01 2 1 64.55 2 101.00 0.50`)
}

// TestMetrics runs all metrics on a data set without rows. Numbers must be exact, and
// the columns must be those in the headers.
func TestMetrics(t *testing.T) {
	synthtest.WithoutRace(t)
	t.Parallel()
	for _, r := range []Basis{FinalAction, DebitCredit} {
		run, err := openWithTables(t, map[string]string{}, map[string]string{"roster": "tin\n1\n"}).StartMetrics(t.Context(), MetricOptions{Basis: r})
		if err != nil {
			t.Fatal(err)
		}
		if err := run.Materialize(t.Context(), Metrics()); err != nil {
			t.Fatal(err)
		}
		for _, m := range Metrics() {
			rows, err := run.Query(t.Context(), m)
			if err != nil {
				t.Errorf("%s: %v", m.Name, err)
				continue
			}
			var names []string
			for _, c := range rows.Columns() {
				names = append(names, c.Name)
				if c.Type == "DOUBLE" || c.Type == "FLOAT" {
					t.Errorf("%s: column %s is a %s", m.Name, c.Name, c.Type)
				}
			}
			if err := rows.Close(); err != nil {
				t.Error(err)
			}
			var told []string
			for _, c := range m.Columns {
				told = append(told, c.Name)
				if c.Meaning == "" {
					t.Errorf("%s: the header does not describe column %s", m.Name, c.Name)
				}
			}
			if diff := cmp.Diff(told, names); diff != "" {
				t.Errorf("%s: columns (-header +got):\n%s", m.Name, diff)
			}
			if m.Title == "" || m.Meaning == "" || m.Units == "" || m.Rule == "" || m.Rows == "" {
				t.Errorf("%s: the header is incomplete: %+v", m.Name, m)
			}
		}
	}
}

// TestMetricFiles checks that every file is in metricNames.
func TestMetricFiles(t *testing.T) {
	t.Parallel()
	entries, err := sqlFiles.ReadDir("sql")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		if name := strings.TrimSuffix(e.Name(), ".sql"); name != "base" && name != "pair" {
			names = append(names, name)
		}
	}
	want := slices.Clone(metricNames)
	slices.Sort(want)
	if diff := cmp.Diff(want, names); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
	if m := LookupMetric("nonsense"); m != nil {
		t.Errorf("unexpected metric %+v", m)
	}
}

func TestStartMetricsErrors(t *testing.T) {
	t.Parallel()
	db := open(t, map[string]string{"cclf1/part-00000.csv": "cur_clm_uniq_id\n1\n"})
	_, err := db.StartMetrics(t.Context(), MetricOptions{})
	if _, ok := errors.AsType[*Error](err); !ok || !strings.Contains(err.Error(), "clm_adjsmt_type_cd") {
		t.Errorf("without a column: %v", err)
	}
}

// TestMetricsDocument checks that docs/metrics.md agrees with the headers of the
// metrics. With -update it rewrites that section.
func TestMetricsDocument(t *testing.T) {
	t.Parallel()
	const begin = "<!-- Generated from the headers of query/sql/*.sql by go test ./query -run TestMetricsDocument -update -->\n"
	path := filepath.Join("..", "docs", "metrics.md")
	document, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	head, got, ok := strings.Cut(string(document), begin)
	if !ok {
		t.Fatalf("%s lacks the line %q", path, begin)
	}
	var want strings.Builder
	group := ""
	for _, m := range Metrics() {
		if m.Group != group {
			group = m.Group
			fmt.Fprintf(&want, "\n## %s\n", group)
		}
		fmt.Fprintf(&want, "\n### %s\n\n%s. %s\n\n- Rows: %s\n- Units: %s\n- Rule: %s\n",
			m.Name, m.Title, m.Meaning, m.Rows, m.Units, m.Rule)
		if !m.Default {
			want.WriteString("- Runs only when named explicitly\n")
		}
		want.WriteString("\n| column | meaning |\n|---|---|\n")
		for _, c := range m.Columns {
			fmt.Fprintf(&want, "| `%s` | %s |\n", c.Name, c.Meaning)
		}
	}
	if *update {
		if err := os.WriteFile(path, []byte(head+begin+want.String()), 0o666); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(want.String(), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", path, diff)
	}
}
