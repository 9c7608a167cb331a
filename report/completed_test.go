//go:build cgo

package report

import "testing"

func TestCompleted(t *testing.T) {
	triangle := newResult("service_month:m lag:n cumulative:d partial:b",
		"2024-01 0 50.00 f", "2024-01 1 90.00 f", "2024-01 2 100.00 f", "2024-01 3 101.00 t",
		"2024-02 0 40.00 f", "2024-02 1 81.00 f", "2024-02 2 88.00 t",
		"2024-03 0 20.00 f", "2024-03 1 30.00 t", "2024-04 0 5.00 t")
	for _, row := range triangle.rows {
		row[3] = row[3] == "t"
	}
	factors := newResult("lag:n completion:d", "0 0.5000", "1 0.9000", "2 1.0000")
	spending := newResult("month:m people:n total:d", "2024-01 50 101.00", "2024-02 40 88.00", "2024-03 3 30.00")
	spending.hidden = [][]bool{make([]bool, 3), make([]bool, 3), {false, true, true}}
	want := "2024-01 100.00 2 1.0000 100.00\n2024-02 81.00 1 0.9000 90.00\n2024-03 * 0 0.5000 *\n"
	if got := completed(triangle, factors, spending).text(); got != want {
		t.Errorf("got:\n%swant:\n%s", got, want)
	}
}
