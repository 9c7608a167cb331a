package synth

import (
	"encoding/json"
	"math/big"
	"strconv"
	"strings"
	"testing"
	"time"
)

// TestEdgeCases checks that sixty beneficiaries have all edge cases, and that
// their resources can be read.
func TestEdgeCases(t *testing.T) {
	common := []string{
		"amounts with exponents", "amounts with more decimals", "keys that occur twice", "dates that are none", "partial dates",
		"claims with the MBI in an extension", "claims without a Patient", "other names", "other addresses",
		"status draft", "status entered-in-error",
	}
	ccw := append([]string{"no coding of the claim type", "lines that point at the last diagnosis", "lines with the diagnosis 9999999"}, common...)
	for api, want := range map[string][]string{"v1": ccw, "v2": ccw, "v3": append([]string{"drugs without a quantity", "prior authorizations"}, common...)} {
		dir, stats := write(t, Options{API: api, Beneficiaries: 60, EdgeCases: true, Truth: true})
		for _, line := range lines(t, dir) {
			if !json.Valid(line) {
				t.Fatalf("%s: invalid JSON: %s", api, line)
			}
		}
		kinds := want
		for code := range stateCodes {
			if api != "v3" || code[0] <= '9' {
				kinds = append(kinds, "state code "+code)
			}
		}
		if api == "v3" {
			for _, typed := range typedCodes {
				kinds = append(kinds, "claim type code "+strconv.Itoa(typed.code))
			}
		} else {
			for _, code := range strings.Fields("10 20 30 40 50 60 61 62 63 64 71 72 81 82") {
				kinds = append(kinds, "claim type code "+code)
			}
		}
		for _, kind := range kinds {
			if stats.EdgeCases[kind] == 0 {
				t.Errorf("%s: never %s", api, kind)
			}
		}
	}
}

func TestTypedCodes(t *testing.T) {
	seen := map[int]bool{3: true} // a deletion
	for _, typed := range typedCodes {
		if seen[typed.code] {
			t.Errorf("%d occurs twice", typed.code)
		}
		seen[typed.code] = true
	}
	if len(seen) != 124 { // of the server's map, and four that it lacks
		t.Errorf("%d claim type codes, want 124", len(seen))
	}
}

// TestOddAmounts checks that odd amounts are the plain ones when they are
// rounded to cents, half to even.
func TestOddAmounts(t *testing.T) {
	e := newEdgeCases(1)
	var r random
	r.seed(1, 2, 3)
	for range 20_000 {
		plain := string(amount(r.between(-200, 200)).appendJSON(nil))
		if r.chance(300) {
			plain = string(amount(r.between(-1, 1) * r.intn(1<<40)).appendJSON(nil))
		}
		odd := strings.TrimPrefix(string(e.oddAmount(&r, []byte(plain))), `"value":`)
		if !json.Valid([]byte(odd)) {
			t.Fatalf("%s is written %s", plain, odd)
		}
		want, _ := new(big.Rat).SetString(plain)
		got, _ := new(big.Rat).SetString(odd)
		if cents(got) != cents(want) {
			t.Fatalf("%s is written %s", plain, odd)
		}
	}
}

// cents rounds half to even.
func cents(r *big.Rat) string {
	scaled := new(big.Rat).Mul(r, big.NewRat(100, 1))
	floor := new(big.Int).Div(scaled.Num(), scaled.Denom())
	rest := new(big.Rat).Sub(scaled, new(big.Rat).SetInt(floor))
	if c := rest.Cmp(big.NewRat(1, 2)); c > 0 || c == 0 && floor.Bit(0) == 1 {
		floor.Add(floor, big.NewInt(1))
	}
	return floor.String()
}

func TestPartialDates(t *testing.T) {
	for _, day := range []date{newDate(1931, time.May, 7), newDate(1970, time.January, 1), newDate(2026, time.March, 2)} {
		whole := string(day.append(nil))
		for _, tt := range []struct {
			partial date
			want    string
		}{{withoutDay + day, whole[:7]}, {withoutMonth + day, whole[:4]}} {
			if got := string(tt.partial.append(nil)); got != tt.want {
				t.Errorf("%s is written %s, want %s", whole, got, tt.want)
			}
			if !tt.partial.isPartial() || tt.partial.isDay() {
				t.Errorf("%s is not partial, or is a day", tt.want)
			}
		}
	}
	for _, day := range noDates {
		if day.isPartial() || day.isDay() {
			t.Errorf("%s is partial, or is a day", day.append(nil))
		}
	}
}
