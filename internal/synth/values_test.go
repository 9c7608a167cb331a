package synth

import (
	"encoding/json"
	"math/rand/v2"
	"testing"
	"time"
)

func TestDate(t *testing.T) {
	for d := newDate(1899, time.January, 1); d < newDate(2101, time.January, 1); d++ {
		want := time.Unix(int64(d)*86400, 0).UTC().Format(time.DateOnly)
		if got := string(d.append(nil)); got != want {
			t.Fatalf("day %d is %s, want %s", d, got, want)
		}
	}
}

func TestYearsBetween(t *testing.T) {
	birth := newDate(1950, time.March, 2)
	for _, tt := range []struct {
		to   date
		want int
	}{
		{newDate(2026, time.March, 1), 75},
		{newDate(2026, time.March, 2), 76},
		{newDate(2026, time.December, 1), 76},
		{newDate(2027, time.January, 31), 76},
	} {
		if got := yearsBetween(birth, tt.to); got != tt.want {
			t.Errorf("on %s: %d years, want %d", tt.to.append(nil), got, tt.want)
		}
	}
}

func TestInstant(t *testing.T) {
	for _, tt := range []struct {
		at   instant
		want string
	}{
		{newDate(2024, time.February, 29).at(3_723_045), "2024-02-29T01:02:03.045+00:00"},
		{instant{newDate(2024, time.March, 1).at(3_600_000).millis, 5}, "2024-02-29T20:00:00.000-05:00"},
	} {
		got := string(tt.at.append(nil))
		if got != tt.want {
			t.Errorf("%v is written %s, want %s", tt.at, got, tt.want)
		}
		parsed, err := time.Parse(time.RFC3339, got)
		if err != nil || parsed.UnixMilli() != tt.at.millis {
			t.Errorf("%s is %v, %v", got, parsed, err)
		}
	}
}

func TestNumbers(t *testing.T) {
	for _, tt := range []struct {
		n          amount
		json, text string
	}{
		{0, "0", "0.00"}, {5, "0.05", "0.05"}, {-1230, "-12.3", "-12.30"}, {100, "1", "1.00"}, {99_999_999_999_99, "99999999999.99", "99999999999.99"},
	} {
		if got := string(tt.n.appendJSON(nil)); got != tt.json {
			t.Errorf("%d cents are %s in JSON, want %s", tt.n, got, tt.json)
		}
		if got := string(tt.n.append(nil)); got != tt.text {
			t.Errorf("%d cents are %s, want %s", tt.n, got, tt.text)
		}
		number, err := json.Marshal(float64(tt.n) / 100)
		if err != nil || string(number) != tt.json {
			t.Errorf("%d cents are %s in Go, want %s", tt.n, number, tt.json)
		}
	}
	if got := string(quantity(30_500).append(nil)); got != "3.0500" {
		t.Errorf("got %s, want 3.0500", got)
	}
	if got := string(quantity(5).appendJSON(nil)); got != "0.0005" {
		t.Errorf("got %s, want 0.0005", got)
	}
}

// TestString compares with the encoder that BCDA uses.
func TestString(t *testing.T) {
	alphabet := []rune("ab \"\\/<>&\t\n\r\b\f\x00\x1f\x7fñ字\u2028\u2029🙂")
	r := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		s := make([]rune, r.IntN(12))
		for i := range s {
			s[i] = alphabet[r.IntN(len(alphabet))]
		}
		want, err := json.Marshal(string(s))
		if err != nil {
			t.Fatal(err)
		}
		var back string
		got := appendString(nil, string(s))
		if err := json.Unmarshal(got, &back); err != nil || back != string(s) {
			t.Fatalf("%q is written %s: %v", string(s), got, err)
		}
		// Go writes some control characters with a letter; they do not occur.
		if string(got) != string(want) && !hasControl(s) {
			t.Fatalf("%q is written %s, want %s", string(s), got, want)
		}
	}
}

func hasControl(s []rune) bool {
	for _, c := range s {
		if c < ' ' && c != '\t' {
			return true
		}
	}
	return false
}

func TestIdentifiers(t *testing.T) {
	seen := map[string]bool{}
	for index := range 20_000 {
		for nth := range 8 {
			id := mbi(index, nth)
			if len(id) != 11 || id[1] != 'S' || seen[id] {
				t.Fatalf("identifier %d of beneficiary %d is %q", nth, index, id)
			}
			seen[id] = true
		}
	}
	for npi := range registry().byNPI {
		if len(npi) != 10 || validNPI(npi) {
			t.Fatalf("%q could be somebody's NPI", npi)
		}
	}
}

// validNPI is the check of the digits of an NPI.
func validNPI(npi string) bool {
	sum := 24
	for i := range npi {
		digit := int(npi[i] - '0')
		if i%2 == 0 {
			if digit *= 2; digit > 9 {
				digit -= 9
			}
		}
		sum += digit
	}
	return sum%10 == 0
}
