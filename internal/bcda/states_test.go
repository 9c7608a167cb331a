package bcda

import (
	"strings"
	"testing"
)

func TestStates(t *testing.T) {
	for code, want := range map[string][2]string{
		"01": {"01", "AL"}, "22": {"25", "MA"}, "05": {"06", "CA"}, "5": {"06", "CA"}, "09": {"11", "DC"}, "40": {"72", "PR"},
		"45": {"48", "TX"}, "48": {"78", "VI"}, "53": {"56", "WY"}, "64": {"60", "AS"}, "65": {"66", "GU"}, "97": {"69", "MP"},
		"98": {"66", "GU"}, "99": {"60", "AS"}, "67": {"48", "TX"}, "80": {"24", "MD"}, "A0": {"06", "CA"}, "b1": {"54", "WV"},
		"MA": {"25", "MA"}, "ma": {"25", "MA"}, "PR": {"72", "PR"}, "ON": {"", "ON"}, "AE": {"", "AE"},
		// Foreign countries, which have neither code, and what is no code.
		"54": {}, "55": {}, "63": {}, "00": {}, "81": {}, "": {}, "1": {"01", "AL"}, "022": {}, "~": {}, "M1": {}, "é": {},
	} {
		if got := [2]string{FIPSState([]byte(code)), USPSState([]byte(code))}; got != want {
			t.Errorf("%q is %q, want %q", code, got, want)
		}
	}
}

// TestStateTables checks that each state of the SSA's list has a FIPS code, and
// that no code comes twice.
func TestStateTables(t *testing.T) {
	for name, words := range map[string]string{"uspsFIPS": uspsFIPS, "ssaUSPS": ssaUSPS} {
		seen := map[string]bool{}
		for _, word := range strings.Fields(words) {
			if len(word) != 4 || seen[word[:2]] {
				t.Errorf("%s has %q, of another form or not alone", name, word)
			}
			seen[word[:2]] = true
		}
		if len(words) != len(seen)*len("AL01 ") {
			t.Errorf("%s has blanks elsewhere than after words", name)
		}
	}
	for _, word := range strings.Fields(ssaUSPS) {
		if lookUp(uspsFIPS, word[2:]) == "" {
			t.Errorf("%s has no FIPS code", word[2:])
		}
	}
}
