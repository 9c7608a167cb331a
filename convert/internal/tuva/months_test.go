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

func TestMemberMonths(t *testing.T) {
	january := 2025 * 12
	for _, tt := range []struct {
		name string
		who  member
		want monthSet
	}{
		{"claims", member{claims: monthSet{{1, 2}, {5, 5}}, insured: true}, monthSet{{1, 2}, {5, 5}}},
		{"active", member{covered: monthSet{{january + 2, january + 11}}, insured: true}, monthSet{{january + 2, january + 14}}},
		{"ended", member{covered: monthSet{{january + 2, january + 11}}}, monthSet{{january + 2, january + 11}}},
		{"dead", member{covered: monthSet{{january + 2, january + 11}}, insured: true, dead: true}, monthSet{{january + 2, january + 11}}},
		{"stale", member{covered: monthSet{{january - 20, january}}, insured: true}, monthSet{{january - 20, january}}},
		{"year before", member{covered: monthSet{{january, january + 3}}, start: january - 5}, monthSet{{january - 5, january + 3}}},
		{"long before", member{covered: monthSet{{january, january + 3}}, start: 1980 * 12}, monthSet{{january + 14 - 35, january + 3}}},
		{"from March", member{covered: monthSet{{january + 2, january + 3}}, start: january - 5}, monthSet{{january + 2, january + 3}}},
	} {
		if got := tt.who.months(january + 14); !slices.Equal(got, tt.want) {
			t.Errorf("%s: got %v, want %v", tt.name, got, tt.want)
		}
	}
}
