package tuva

import (
	"slices"
	"testing"
)

func TestMonthSet(t *testing.T) {
	for _, tt := range []struct {
		add  []monthRun
		want monthSet
	}{
		{nil, nil},
		{[]monthRun{{3, 2}}, nil},
		{[]monthRun{{5, 5}, {3, 3}}, monthSet{{3, 3}, {5, 5}}},
		{[]monthRun{{5, 5}, {3, 3}, {4, 4}}, monthSet{{3, 5}}},
		{[]monthRun{{1, 2}, {5, 6}, {9, 9}, {2, 7}}, monthSet{{1, 7}, {9, 9}}},
		{[]monthRun{{1, 9}, {3, 4}}, monthSet{{1, 9}}},
		{[]monthRun{{7, 8}, {1, 2}, {4, 5}, {3, 3}}, monthSet{{1, 5}, {7, 8}}},
	} {
		var got monthSet
		for _, r := range tt.add {
			got = got.add(r)
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("%v: got %v, want %v", tt.add, got, tt.want)
		}
	}
}

func TestMonthSetHas(t *testing.T) {
	s := monthSet{{3, 4}, {7, 7}}
	for month, want := range map[int]bool{2: false, 3: true, 4: true, 5: false, 7: true, 8: false} {
		if got := s.has(month); got != want {
			t.Errorf("month %d: got %t", month, got)
		}
	}
}
