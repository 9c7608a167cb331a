package crosswalk

import (
	"slices"
	"testing"
)

func TestNumbersIn(t *testing.T) {
	for text, want := range map[string][]string{
		`[1,2, 13 ]`: {"1", "2", "13"}, `[]`: nil, `7`: {"7"}, `["1","2"]`: {"1", "2"}, ` [ 1 ] `: {"1"}, `[null]`: nil, `[1.5,-2]`: {"1.5", "-2"},
		`[1.0, 20.00,1e1]`: {"1", "20", "10"}, `3.0`: {"3"},
	} {
		var got []string
		for n := range numbersIn([]byte(text)) {
			got = append(got, string(n))
		}
		if !slices.Equal(got, want) {
			t.Errorf("numbers in %s: %q, want %q", text, got, want)
		}
	}
	for n := range numbersIn([]byte(`[1,2]`)) {
		if string(n) != "1" {
			t.Errorf("%s after the end", n)
		}
		break
	}
}

func TestWholeNumber(t *testing.T) {
	for text, want := range map[string]string{
		"3": "3", "3.0": "3", "3.50": "3.50", "30.00": "30", "-3.0": "-3", "0.0": "0",
		"3e0": "3", "30E-1": "3", "2.5e1": "25", "1.20e+2": "120", "2.5e0": "2.5e0", "1e-9": "1e-9", "1e30": "1e30", "-1e2": "-100",
	} {
		if got := wholeNumber([]byte(text)); string(got) != want {
			t.Errorf("%s is %s, want %s", text, got, want)
		}
	}
}
