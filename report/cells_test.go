//go:build cgo

package report

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/cclf-tools/cclf/query"
)

// newResult makes a result from text: the columns, as name:type, and a row per line.
// Types are v (text), m (month), n (whole number) and d (decimal).
func newResult(columns string, rows ...string) *result {
	r := &result{metric: &query.Metric{}}
	types := map[string]string{"v": "VARCHAR", "m": "DATE", "n": "BIGINT", "d": "DECIMAL(18,2)"}
	for column := range strings.FieldsSeq(columns) {
		name, typ, _ := strings.Cut(column, ":")
		r.columns = append(r.columns, query.Column{Name: name, Type: types[typ]})
	}
	for _, line := range rows {
		var row []any
		for i, text := range strings.Fields(line) {
			var v any = text
			switch typ := r.columns[i].Type; {
			case text == "-":
				v = nil
			case typ == "DATE":
				v, _ = time.Parse("2006-01", text)
			case typ == "BIGINT":
				n, _ := json.Number(text).Int64()
				v = n
			case strings.HasPrefix(typ, "DECIMAL"):
				v = json.Number(text)
			}
			row = append(row, v)
		}
		r.rows = append(r.rows, row)
	}
	return r
}

// text writes the rows, with * for hidden cells.
func (r *result) text() string {
	var b strings.Builder
	for i, row := range r.rows {
		for c := range row {
			if c > 0 {
				b.WriteByte(' ')
			}
			cell := cellOf(row[c], r.columns[c])
			switch {
			case r.isHidden(i, c):
				b.WriteByte('*')
			case cell.None:
				b.WriteByte('-')
			default:
				b.WriteString(cell.Text)
			}
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// TestHideScored leaves out the providers whose place would tell about few
// beneficiaries, and hides other small cells.
func TestHideScored(t *testing.T) {
	t.Parallel()
	r := newResult("npi:v people:n wellness_visits:n paid:d", "1 40 3 9.00", "2 5 0 8.00", "3 30 12 7.00", "4 20 4 6.00")
	r.metric.Rank, r.scored = "paid", true
	hideSmall(r)
	if want := "1 40 * 9.00\n3 30 12 7.00\n"; r.text() != want || r.dropped != 2 { // 4, since the total would tell about 2
		t.Errorf("got\n%swant\n%s, and %d left out", r.text(), want, r.dropped)
	}
}

func TestHideSmall(t *testing.T) {
	for _, tt := range []struct {
		name    string
		columns string
		rows    []string
		apart   string
		ranked  bool
		want    string
	}{
		{"eleven and zero are shown", "month:m people:n paid:d", []string{"2024-01 11 5.00", "2024-02 0 0.00"}, "", false,
			"2024-01 11 5.00\n2024-02 0 0.00\n"},
		{"what follows", "month:m people:n claims:n paid:d paid_per_person:d", []string{"2024-01 10 30 5.00 0.50", "2024-02 1 30 6.00 6.00", "2024-03 20 40 7.00 0.35"}, "", false,
			"2024-01 * * * *\n2024-02 * * * *\n2024-03 20 40 7.00 0.35\n"},
		{"a denominator does not follow", "month:m people:n with_service:n rate:d", []string{"2024-01 500 7 0.01", "2024-02 500 8 0.02"}, "", false,
			"2024-01 500 * *\n2024-02 500 * *\n"},
		{"the rest of a whole", "month:m people:n with_service:n rate:d", []string{"2024-01 500 493 0.99", "2024-02 500 495 0.99", "2024-03 500 500 1.00"}, "", false,
			"2024-01 500 * *\n2024-02 500 * *\n2024-03 500 500 100.00%\n"},
		{"one hidden row takes the next smallest along", "month:m people:n paid:d", []string{"2024-01 40 4.00", "2024-02 9 9.00", "2024-03 30 99.00", "2024-04 0 0.00"}, "", false,
			"2024-01 40 4.00\n2024-02 * *\n2024-03 * *\n2024-04 0 0.00\n"},
		{"rows apart are not added up", "service:v events:n denied:n per_1000:d", []string{"a 500 3 1.00", "b 400 20 2.00", "c 5 0 3.00"}, "service", false,
			"a 500 * 1.00\nb 400 20 2.00\nc * 0 *\n"},
		{"within what is apart", "month:m service:v events:n", []string{"2024-01 a 5", "2024-02 a 50", "2024-01 b 70", "2024-02 b 60"}, "service", false,
			"2024-01 a *\n2024-02 a *\n2024-01 b 70\n2024-02 b 60\n"},
		{"a term of a sum", "stays:n joined:n excluded_died:n excluded_against_advice:n excluded_condition:n excluded_not_followed:n index_admissions:n", []string{"500 30 5 0 0 40 425"}, "", false,
			"500 * * 0 0 40 425\n"},
		{"what is told besides", "month:m member_months:n total:d told_member_months:n told_total:d", []string{"2024-01 500 9.00 5 1.00", "2024-02 500 9.00 495 8.00"}, "", false,
			"2024-01 500 9.00 * *\n2024-02 500 9.00 * *\n"},
		{"ranks", "place:n drg:v people:n paid:d", []string{"1 871 50 9.00", "2 291 4 8.00", "3 194 3 7.00", "4 190 30 6.00"}, "", true,
			"1 871 50 9.00\n2 190 30 6.00\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := newResult(tt.columns, tt.rows...)
			r.ranked = tt.ranked
			r.apart = tt.apart
			hideSmall(r)
			if got := r.text(); got != tt.want {
				t.Errorf("got:\n%swant:\n%s", got, tt.want)
			}
		})
	}
}

// TestHideInTotals checks that no hidden number follows from a total of its group, or of
// rows that another figure has as one.
func TestHideInTotals(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		metric, columns string
		rows            []string // with _ for blanks
		want            string
	}{
		{ // each state has its total
			"spending_total", "state:v spending:v paid:d people:n",
			[]string{"CA A,_institutional 90.00 80", "CA B,_equipment 2.00 7", "CA A_and_B 92.00 81", "NY A,_institutional 70.00 60", "NY B,_equipment 3.00 9", "NY A_and_B 73.00 61"},
			"CA A,_institutional * *\nCA B,_equipment * *\nCA A_and_B 92.00 81\nNY A,_institutional * *\nNY B,_equipment * *\nNY A_and_B 73.00 61\n",
		},
		{ // totals of each state, and of each facility
			"spending_per_member_month", "state:v site:v member_months:n total:d",
			[]string{"CA 1 5 1.00", "CA 2 40 2.00", "NY 1 30 3.00", "NY 2 50 4.00", "TX 1 60 5.00", "TX 2 70 6.00"},
			"CA 1 * *\nCA 2 * *\nNY 1 * *\nNY 2 * *\nTX 1 60 5.00\nTX 2 70 6.00\n",
		},
		{ // utilization has all inpatient stays
			"length_of_stay", "kind:v stays:n people:n days:n",
			[]string{"inpatient,_long-term 40 35 400", "inpatient,_rehabilitation 4 4 60", "inpatient,_short-term 80 70 300", "skilled_nursing 20 20 350"},
			"inpatient,_long-term * * *\ninpatient,_rehabilitation * * *\ninpatient,_short-term 80 70 300\nskilled_nursing 20 20 350\n",
		},
		{ // spending_by_claim_type has lines of physicians and ambulances, and inpatient claims, as one
			"spending_by_category", "category:v claims:n people:n paid:d program_paid:d",
			[]string{"outpatient 90 80 9.00 9.00", "inpatient,_short-term 50 50 8.00 8.00", "inpatient,_long-term 5 5 7.00 7.00", "physician 95 90 6.00 6.00", "ambulance 3 3 5.00 5.00", "equipment 20 20 1.00 1.00"},
			"outpatient 90 80 9.00 9.00\ninpatient,_short-term * * * *\ninpatient,_long-term * * * *\nphysician * * * *\nambulance * * * *\nequipment 20 20 1.00 1.00\n",
		},
		{ // spending_total has Part A
			"spending_by_claim_type", "part:v claim_type:v name:v claims:n people:n paid:d",
			[]string{"A 40 outpatient 90 80 9.00", "A 50 hospice 5 5 8.00", "B 71 physician 99 90 6.00", "B 72 physician,_equipment 6 6 5.00", "B 82 supplier,_equipment 20 20 4.00"},
			"A 40 outpatient * * *\nA 50 hospice * * *\nB 71 physician * * *\nB 72 physician,_equipment * * *\nB 82 supplier,_equipment 20 20 4.00\n",
		},
		{ // both metrics hide the same types beside each other, and not one an inpatient class
			"spending_by_category", "category:v claims:n people:n paid:d program_paid:d",
			[]string{"outpatient 90 80 9.00 9.00", "inpatient,_short-term 50 50 8.00 8.00", "inpatient,_long-term 12 12 7.00 7.00", "skilled_nursing 3 3 5.00 5.00", "hospice 14 14 4.00 4.00"},
			"outpatient 90 80 9.00 9.00\ninpatient,_short-term 50 50 8.00 8.00\ninpatient,_long-term 12 12 7.00 7.00\nskilled_nursing * * * *\nhospice * * * *\n",
		},
		{
			"spending_by_claim_type", "part:v claim_type:v name:v claims:n people:n paid:d",
			[]string{"A 20 skilled_nursing 3 3 5.00", "A 40 outpatient 90 80 9.00", "A 50 hospice 14 14 4.00", "A 60 inpatient 12 12 2.00"},
			"A 20 skilled nursing * * *\nA 40 outpatient 90 80 9.00\nA 50 hospice * * *\nA 60 inpatient 12 12 2.00\n",
		},
		{ // days of few stays
			"utilization", "service:v events:n denied:n events_enrolled:n member_months:n per_1000:d",
			[]string{"inpatient_stays 40 0 40 900 5.00", "inpatient_days 200 0 200 900 6.00", "skilled_nursing_stays 4 0 4 900 1.00", "skilled_nursing_days 60 0 60 900 7.00"},
			"inpatient_stays 40 0 40 900 5.00\ninpatient_days 200 0 200 900 6.00\nskilled_nursing_stays * 0 * 900 *\nskilled_nursing_days * 0 * 900 *\n",
		},
		{ // a number is no count if it is a group
			"deaths", "panel:n deaths:n member_months:n rate:d", []string{"1 20 300 0.80", "2 30 400 0.90"}, "1 20 300 80.00%\n2 30 400 90.00%\n",
		},
		{"deaths", "month:m deaths:n", []string{"2024-01 1", "2024-02 1", "2024-03 30", "2024-04 20"}, "2024-01 *\n2024-02 *\n2024-03 30\n2024-04 *\n"},
		{ // fee_for_service is in other figures, as their member months: what would tell the rest is hidden
			"member_months", "month:m part_a:n part_b:n part_c:n part_d:n part_a_and_b:n part_a_or_b:n fee_for_service:n inferred:n",
			[]string{"2024-01 124 124 1 70 124 124 123 0", "2024-02 125 140 1 70 124 141 123 0", "2024-03 160 170 2 70 130 200 123 0", "2024-04 128 128 0 70 128 128 128 0"},
			"2024-01 * * * 70 * * 123 0\n2024-02 * 140 * 70 * * 123 0\n2024-03 * 170 * 70 * 200 123 0\n2024-04 * * 0 70 128 128 128 0\n",
		},
		{ // a median of few tells about each
			"hospice", "state:v people:n claims:n deaths:n deaths_with_hospice:n share_with_hospice:d median_days:n",
			[]string{"CA 40 90 40 20 0.50 8", "NY 30 80 30 1 0.03 450", "TX 30 70 30 2 0.06 0", "WY 20 60 30 0 0.00 -"},
			"CA 40 90 40 20 50.00% 8\nNY 30 * 30 * * *\nTX 30 * 30 * * *\nWY 20 60 30 0 0.00% -\n",
		},
		{
			"claim_lag", "claim_type:v claims:n median_days:n days_90_percent:n within_30_days:d", []string{"40 90 17 57 0.76", "30 1 14 14 1.00", "50 60 9 40 0.50"},
			"40 90 17 57 76.00%\n30 * * * *\n50 * * * *\n",
		},
		{
			"readmissions", "stays:n joined:n index_admissions:n excluded_died:n excluded_against_advice:n excluded_condition:n excluded_not_followed:n",
			[]string{"500 1 478 1 0 0 20"}, "500 * 478 * 0 0 *\n",
		},
	} {
		r := newResult(tt.columns, tt.rows...)
		for _, row := range r.rows {
			for c, v := range row {
				if text, ok := v.(string); ok {
					row[c] = strings.ReplaceAll(text, "_", " ")
				}
			}
		}
		r.metric = query.LookupMetric(tt.metric)
		r.apart = apartOf(tt.metric)
		hideSmall(r)
		if got, want := r.text(), strings.ReplaceAll(tt.want, "_", " "); got != want {
			t.Errorf("%s: got:\n%swant:\n%s", tt.metric, got, want)
		}
	}
}

// TestHideAcross checks that what one metric hides does not follow from another.
func TestHideAcross(t *testing.T) {
	t.Parallel()
	type metric struct {
		name, columns string
		rows          []string // with _ for blanks
		want          string
	}
	for _, metrics := range [][]metric{
		{ // the claims of few beneficiaries, by their type
			{
				"spending_by_claim_type", "part:v claim_type:v name:v claims:n people:n paid:d",
				[]string{"A 20 snf 119 40 9.00", "A 30 swing 21 3 8.00", "A 40 outpatient 900 80 7.00"},
				"A 20 snf * * *\nA 30 swing * * *\nA 40 outpatient 900 80 7.00\n",
			},
			{
				"claim_lag", "claim_type:v claims:n median_days:n", []string{"20 119 12", "30 21 14", "40 900 16"},
				"20 * *\n30 * *\n40 900 16\n",
			},
		},
		{ // a total of few, which the months add up to
			{
				"spending_total", "spending:v paid:d people:n",
				[]string{"A,_institutional 90.00 80", "B,_physician 60.00 70", "B,_equipment 5.00 4", "A_and_B 155.00 85"},
				"A,_institutional 90.00 80\nB,_physician * *\nB,_equipment * *\nA_and_B 155.00 85\n",
			},
			{
				"spending_by_month", "month:m part_a:d part_b_physician:d part_b_equipment:d total:d people:n",
				[]string{"2024-01 30.00 21.00 2.00 53.00 50", "2024-02 40.00 29.00 3.00 72.00 60", "2024-03 20.00 10.00 0.00 30.00 40"},
				"2024-01 * * * 53.00 50\n2024-02 40.00 * * 72.00 60\n2024-03 * * 0.00 30.00 40\n",
			},
		},
		{ // not that of few member months, by which claims are only divided
			{
				"completeness", "month:m file:v claims:n paid:d member_months:n claims_of_usual:d",
				[]string{"2024-01 cclf7 90 9.00 5 0.50", "2024-02 cclf7 80 8.00 70 0.60", "2024-03 cclf7 7 4.00 70 0.10", "2024-04 cclf7 60 6.00 70 0.50"},
				"2024-01 cclf7 90 9.00 * *\n2024-02 cclf7 80 8.00 * *\n2024-03 cclf7 * * 70 *\n2024-04 cclf7 * * 70 *\n",
			},
			{
				"part_d_cost", "month:m events:n people:n paid_by_people:d", []string{"2024-01 90 30 9.00", "2024-02 80 30 8.00", "2024-03 7 3 4.00", "2024-04 60 20 6.00"},
				"2024-01 90 30 9.00\n2024-02 80 30 8.00\n2024-03 * * *\n2024-04 * * *\n",
			},
		},
		{ // claims without a day are in one metric only: no number follows
			{"spending_by_claim_type", "claim_type:v claims:n people:n", []string{"40 90 80", "60 20 3", "50 30 25"}, "40 * *\n60 * *\n50 * *\n"},
			{"claim_lag", "claim_type:v claims:n", []string{"40 88", "60 19", "50 29"}, "40 88\n60 19\n50 29\n"},
		},
	} {
		var results []*result
		for _, m := range metrics {
			r := newResult(m.columns, m.rows...)
			for _, row := range r.rows {
				for c, v := range row {
					if text, ok := v.(string); ok {
						row[c] = strings.ReplaceAll(text, "_", " ")
					}
				}
			}
			r.metric, r.apart = query.LookupMetric(m.name), apartOf(m.name)
			results = append(results, r)
		}
		hideSmall(results...)
		for i, m := range metrics {
			if got, want := results[i].text(), strings.ReplaceAll(m.want, "_", " "); got != want {
				t.Errorf("%s: got:\n%swant:\n%s", m.name, got, want)
			}
		}
	}
}

// TestHiddenStaysHidden checks that neither the table nor the chart has a hidden number.
func TestHiddenStaysHidden(t *testing.T) {
	r := newResult("month:m people:n paid:d", "2024-01 7 777.77", "2024-02 12 1212.12", "2024-03 90 9090.90")
	hideSmall(r)
	html, err := r.table("caption", nil).HTML()
	if err != nil {
		t.Fatal(err)
	}
	spec, err := json.Marshal(monthlyBars(unitDollars, "paid")(r).spec)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{string(html), string(spec)} {
		for _, hidden := range []string{"777", "1212", "1,212"} {
			if strings.Contains(text, hidden) {
				t.Errorf("%s is in %s", hidden, text)
			}
		}
		if !strings.Contains(text, "9090.90") {
			t.Errorf("9090.90 is missing in %s", text)
		}
	}
}

// FuzzHideSmall checks that nothing small is left, and that no column has exactly one
// hidden number as long as it has others.
func FuzzHideSmall(f *testing.F) {
	f.Add([]byte{0, 5, 11, 200, 30, 12})
	f.Fuzz(func(t *testing.T, numbers []byte) {
		var rows []string
		for i, n := range numbers {
			rows = append(rows, fmt.Sprintf("x%d %d %d.00", i, n, n))
		}
		r := newResult("name:v people:n paid:d", rows...)
		hideSmall(r)
		hidden, ones := 0, 0
		for i, n := range numbers {
			if n > 0 && n < LeastCell && !(r.hidden[i][1] && r.hidden[i][2]) {
				t.Errorf("%d is shown", n)
			}
			if r.hidden[i][1] {
				hidden++
				if n == 1 {
					ones++
				}
			}
		}
		if hidden > 0 && hidden == ones && hidden < len(numbers) {
			t.Errorf("only ones are hidden: %d", hidden)
		}
		if hidden == 1 && len(numbers) > 1 {
			t.Errorf("one of %d is hidden", len(numbers))
		}
	})
}
