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
	r.hideSmall("")
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
			r.hideSmall(tt.apart)
			if got := r.text(); got != tt.want {
				t.Errorf("got:\n%swant:\n%s", got, tt.want)
			}
		})
	}
}

// TestHiddenStaysHidden checks that neither the table nor the chart has a hidden number.
func TestHiddenStaysHidden(t *testing.T) {
	r := newResult("month:m people:n paid:d", "2024-01 7 777.77", "2024-02 12 1212.12", "2024-03 90 9090.90")
	r.hideSmall("")
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
		r.hideSmall("")
		hidden := 0
		for i, n := range numbers {
			if n > 0 && n < leastCell && !(r.hidden[i][1] && r.hidden[i][2]) {
				t.Errorf("%d is shown", n)
			}
			if r.hidden[i][1] {
				hidden++
			}
		}
		if hidden == 1 && len(numbers) > 1 {
			t.Errorf("one of %d is hidden", len(numbers))
		}
	})
}
