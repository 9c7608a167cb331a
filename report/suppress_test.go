//go:build cgo

package report

import (
	"fmt"
	"strings"
	"testing"

	"github.com/cclf-tools/cclf/query"
)

// TestSuppress checks what takes the place of hidden numbers, and that ranks in
// groups have no gaps.
func TestSuppress(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		metric, columns string
		rows            []string
		want            string
		dropped         int
	}{
		{"wellness_visits", "people:n with_service:n rate:d", []string{"500 7 0.01"}, "500 * *", 0},
		{
			"spending_per_member_month", "site:v member_months:n total:d per_member_month:d",
			[]string{"few 90 9.00 0.10", "many 90 9.00 0.10", "more 95 9.00 0.10"}, "few * * *|many * * *|more 95 9.00 0.10", 0,
		},
		{"top_drgs", "place:n drg:v people:n paid:d", []string{"1 871 50 9.00", "2 291 4 8.00", "3 194 40 7.00", "4 190 60 6.00"}, "1 871 50 9.00|2 190 60 6.00", 2},
		{
			"top_drgs", "state:v place:n drg:v people:n paid:d",
			[]string{"AL 1 871 50 9.00", "AL 2 291 4 8.00", "CA 1 194 4 7.00", "CA 2 190 60 6.00", "CA 3 177 70 5.00"},
			"AL 1 871 50 9.00|CA 1 190 60 6.00|CA 2 177 70 5.00", 2,
		},
		{
			"top_drgs", "panel:n place:n drg:v people:n paid:d", []string{"2000000 1 871 50 9.00", "3000000 1 194 40 7.00"},
			"2000000 1 871 50 9.00|3000000 1 194 40 7.00", 0,
		},
	} {
		in := newResult(tt.columns, tt.rows...)
		in.metric = query.LookupMetric(tt.metric)
		in.few = func(row []any) bool { return row[0] == "few" }
		out := suppress([]*result{in})[tt.metric]
		rows, dropped := out.Rows(), out.Dropped
		var got []string
		for rows.Next() {
			got = append(got, strings.Trim(fmt.Sprint(rows.Values()), "[]"))
		}
		if text := strings.Join(got, "|"); text != tt.want || dropped != tt.dropped || rows.Err() != nil {
			t.Errorf("%s: %q, %d left out, want %q, %d", tt.metric, text, dropped, tt.want, tt.dropped)
		}
	}
}
