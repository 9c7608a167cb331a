package column

import (
	"encoding/json"
	"testing"
	"time"
)

func TestDate(t *testing.T) {
	for d := NewDate(1899, time.January, 1); d < NewDate(2101, time.January, 1); d++ {
		want := time.Unix(int64(d)*86400, 0).UTC().Format(time.DateOnly)
		if got := string(d.Append(nil)); got != want {
			t.Fatalf("day %d is %s, want %s", d, got, want)
		}
	}
}

func TestYearsBetween(t *testing.T) {
	birth := NewDate(1950, time.March, 2)
	for _, tt := range []struct {
		to   Date
		want int
	}{
		{NewDate(2026, time.March, 1), 75},
		{NewDate(2026, time.March, 2), 76},
		{NewDate(2026, time.December, 1), 76},
		{NewDate(2027, time.January, 31), 76},
	} {
		if got := YearsBetween(birth, tt.to); got != tt.want {
			t.Errorf("on %s: %d years, want %d", tt.to.Append(nil), got, tt.want)
		}
	}
}

func TestInstant(t *testing.T) {
	for _, tt := range []struct {
		at   Instant
		want string
	}{
		{NewDate(2024, time.February, 29).At(3_723_045), "2024-02-29T01:02:03.045+00:00"},
		{Instant{NewDate(2024, time.March, 1).At(3_600_000).Millis, 5}, "2024-02-29T20:00:00.000-05:00"},
	} {
		got := string(tt.at.Append(nil))
		if got != tt.want {
			t.Errorf("%v is written %s, want %s", tt.at, got, tt.want)
		}
		parsed, err := time.Parse(time.RFC3339, got)
		if err != nil || parsed.UnixMilli() != tt.at.Millis {
			t.Errorf("%s is %v, %v", got, parsed, err)
		}
	}
}

func TestNumbers(t *testing.T) {
	for _, tt := range []struct {
		n          Amount
		json, text string
	}{
		{0, "0", "0.00"}, {5, "0.05", "0.05"}, {-1230, "-12.3", "-12.30"}, {100, "1", "1.00"}, {99_999_999_999_99, "99999999999.99", "99999999999.99"},
	} {
		if got := string(tt.n.AppendJSON(nil)); got != tt.json {
			t.Errorf("%d cents are %s in JSON, want %s", tt.n, got, tt.json)
		}
		if got := string(tt.n.Append(nil)); got != tt.text {
			t.Errorf("%d cents are %s, want %s", tt.n, got, tt.text)
		}
		number, err := json.Marshal(float64(tt.n) / 100)
		if err != nil || string(number) != tt.json {
			t.Errorf("%d cents are %s in Go, want %s", tt.n, number, tt.json)
		}
	}
	if got := string(Quantity(30_500).Append(nil)); got != "3.0500" {
		t.Errorf("got %s, want 3.0500", got)
	}
	if got := string(Quantity(5).AppendJSON(nil)); got != "0.0005" {
		t.Errorf("got %s, want 0.0005", got)
	}
}

func TestPartialDates(t *testing.T) {
	for _, day := range []Date{NewDate(1931, time.May, 7), NewDate(1970, time.January, 1), NewDate(2026, time.March, 2)} {
		whole := string(day.Append(nil))
		for _, tt := range []struct {
			partial Date
			want    string
		}{{WithoutDay + day, whole[:7]}, {WithoutMonth + day, whole[:4]}} {
			if got := string(tt.partial.Append(nil)); got != tt.want {
				t.Errorf("%s is written %s, want %s", whole, got, tt.want)
			}
			if !tt.partial.IsPartial() || tt.partial.IsDay() {
				t.Errorf("%s is not partial, or is a day", tt.want)
			}
		}
	}
}
