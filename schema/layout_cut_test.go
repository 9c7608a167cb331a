package schema

import "testing"

// TestCutLayouts checks that each older layout ends where a field ends.
func TestCutLayouts(t *testing.T) {
	for _, l := range Layouts() {
		for _, table := range Tables() {
			want := table.RecordLength()
			if end, ok := cuts(l)[table.File]; ok {
				want = end
			} else if l == LayoutV43 && table.File == "CCLF7" {
				want = 230
			}
			if got := table.Length(l); got != want {
				t.Errorf("records of %s in layout %s have %d bytes, want %d", table.File, l, got, want)
			}
		}
	}
}
