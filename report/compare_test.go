//go:build cgo

package report

import "testing"

func TestComparison(t *testing.T) {
	old := newResult("month:m people:n total:d", "2024-01 50 5.00", "2024-02 60 6.00", "2024-03 70 7.00", "2024-04 5 9.00", "2024-05 40 4.00")
	now := newResult("month:m people:n total:d", "2024-02 60 6.50", "2024-03 75 8.00", "2024-04 20 12.00", "2024-05 51 4.00", "2024-06 80 8.00")
	c := comparison{key: []string{"month"}, value: "total", people: "people"}
	for _, tt := range []struct {
		name string
		all  bool
		want string
	}{
		{"all", true, "2024-02 6.00 6.50 0.50\n2024-03 7.00 8.00 1.00\n2024-04 9.00 12.00 3.00\n2024-05 4.00 4.00 0.00\n2024-06 - 8.00 8.00\n2024-01 5.00 - -5.00\n"},
		// 2024-03: five more beneficiaries. 2024-04: five before.
		{"hidden", false, "2024-02 6.00 6.50 0.50\n2024-03 * 8.00 *\n2024-04 * 12.00 *\n2024-05 4.00 4.00 0.00\n2024-06 - 8.00 8.00\n2024-01 5.00 - -5.00\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			old.hidden = make([][]bool, len(old.rows))
			for i := range old.rows {
				old.hidden[i] = []bool{false, i == 3 && !tt.all, i == 3 && !tt.all}
			}
			if got := c.join(old, now, tt.all).text(); got != tt.want {
				t.Errorf("got:\n%swant:\n%s", got, tt.want)
			}
		})
	}
}

// TestComparisonTotal checks that the only hidden amount does not follow from the total,
// which another figure has.
func TestComparisonTotal(t *testing.T) {
	t.Parallel()
	old := newResult("month:m people:n total:d", "2024-01 50 5.00", "2024-02 60 6.00", "2024-03 70 7.00", "2024-04 0 0.00")
	now := newResult("month:m people:n total:d", "2024-01 50 5.50", "2024-02 63 6.50", "2024-03 70 8.00", "2024-04 0 0.00", "2024-05 60 6.00")
	c := comparison{key: []string{"month"}, value: "total", people: "people", unit: unitDollars}
	want := "2024-01 * 5.50 *\n2024-02 * 6.50 *\n2024-03 7.00 8.00 1.00\n2024-04 0.00 0.00 0.00\n2024-05 - 6.00 6.00\n"
	if got := c.join(old, now, false).text(); got != want {
		t.Errorf("got:\n%swant:\n%s", got, want)
	}
}
