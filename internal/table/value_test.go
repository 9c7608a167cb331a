package table

import (
	"errors"
	"fmt"
	"math/big"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow/decimal128"

	"github.com/cclf-tools/cclf/schema"
)

// TestDaysOfCalendar compares all days of many years with package time, both
// ways.
func TestDaysOfCalendar(t *testing.T) {
	years := []int{2, 3, 4, 5, 99, 100, 101, 399, 400, 401, 998, 1001, 1582, 1600, 1677, 1678, 1700, 9998}
	for y := 1880; y <= 2110; y++ {
		years = append(years, y)
	}
	for _, year := range years {
		for day := time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC); day.Year() == year; day = day.AddDate(0, 0, 1) {
			want := int32(day.Unix() / 86400)
			if day.Unix() < 0 {
				want = int32((day.Unix() - 86399) / 86400)
			}
			text := day.Format(time.DateOnly)
			if got, ok, err := ParseDate([]byte(text)); got != want || !ok || err != nil {
				t.Fatalf("ParseDate(%s) = %d, %v, %v, want %d", text, got, ok, err, want)
			}
			y, m, d := Civil(want)
			if time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC) != day {
				t.Fatalf("Civil(%d) = %d-%d-%d, want %s", want, y, m, d, text)
			}
		}
	}
}

// TestDaysThatAreNot tries each day from 00-00 to 13-32 of a year of each kind.
func TestDaysThatAreNot(t *testing.T) {
	for _, year := range []int{1900, 2000, 2023, 2024} {
		for month := range 14 {
			for day := range 33 {
				checkDate(t, fmt.Sprintf("%04d-%02d-%02d", year, month, day))
			}
		}
	}
}

var dates = []struct {
	text string
	want string // the day, "none" for no date, "partial" for one without its day, or "" for an error
}{
	{"2024-02-29", "2024-02-29"},
	{"1970-01-01", "1970-01-01"},
	{"1969-12-31", "1969-12-31"},
	{"2016-01-16T00:00:00+00:00", "2016-01-16"},
	{"2016-01-16T23:59:59.999-11:00", "2016-01-16"},
	{"2016-01-16T", "2016-01-16"},
	{"1000-01-02", "1000-01-02"},
	{"9999-12-30", "9999-12-30"},
	// What stands for no date.
	{"1000-01-01", "none"},
	{"9999-12-31", "none"},
	{"9999-12-31T00:00:00Z", "none"},
	{"1000-01-01T00:00:00-05:00", "none"},
	{"0001-01-01", "none"},
	{"0001-01-01T00:00:00.000+00:00", "none"},
	{"0001-01-03", "none"}, // 0001-01-01 of the Julian calendar
	{"0999-12-27", "none"}, // 1000-01-01 of the Julian calendar
	{"0999-12-27T05:00Z", "none"},
	{"9999-12-31", "none"},
	{"1000", "none"},
	{"1000-01", "none"},
	{"0001", "none"},
	{"0001-01-02", "0001-01-02"},
	{"0999-12-26", "0999-12-26"},
	// What has no day.
	{"2024", "partial"},
	{"2024-02", "partial"},
	{"9999-12", "partial"},
	// What is none.
	{"2023-02-29", ""},
	{"1900-02-29", ""},
	{"2024-04-31", ""},
	{"2024-13-01", ""},
	{"2024-00-01", ""},
	{"2024-01-00", ""},
	{"", ""},
	{"2024-1-1", ""},
	{"20240101", ""},
	{"2024/01/01", ""},
	{"01-01-2024", ""},
	{"2024-01-01 ", ""},
	{"2024-01-01Z", ""},
	{" 2024-01-01", ""},
	{"2024-01-0x", ""},
	{"-024-01-01", ""},
	{"+024-01-01", ""},
	{"202x", ""},
	{"2024-13", ""},
	{"2024x02", ""},
	{"20-2024", ""},
	{"0٠4-01-01", ""},
}

func TestParseDate(t *testing.T) {
	for _, tt := range dates {
		days, ok, err := ParseDate([]byte(tt.text))
		got := "none"
		switch {
		case errors.Is(err, PartialDate):
			got = "partial"
		case err != nil:
			got = ""
		case ok:
			got = time.Unix(int64(days)*86400, 0).UTC().Format(time.DateOnly)
		}
		if got != tt.want {
			t.Errorf("ParseDate(%q) = %d, %v, %v, want %q", tt.text, days, ok, err, tt.want)
		}
		checkDate(t, tt.text)
	}
}

// checkDate compares ParseDate with package time.
func checkDate(t *testing.T, text string) {
	t.Helper()
	days, ok, err := ParseDate([]byte(text))
	day, rest := text, ""
	if len(text) > 10 {
		day, rest = text[:10], text[10:]
	}
	want, wantErr := time.Parse(time.DateOnly, day)
	if partial, err := time.Parse("2006-01", day); err == nil && len(day) == 7 {
		want, wantErr = partial, nil
	} else if partial, err := time.Parse("2006", day); err == nil {
		want, wantErr = partial, nil
	}
	if rest != "" && rest[0] != 'T' {
		wantErr = errNotDate
	}
	if (err == nil || errors.Is(err, PartialDate)) != (wantErr == nil) {
		t.Fatalf("ParseDate(%q): error %v, package time: %v", text, err, wantErr)
	}
	noDates := []string{"0001-01-01", "0001-01-03", "0999-12-27", "1000-01-01", "9999-12-31"}
	isDate := err == nil && len(day) == 10 && !slices.Contains(noDates, day)
	if ok != isDate || ok && time.Unix(int64(days)*86400, 0).UTC() != want {
		t.Fatalf("ParseDate(%q) = %d, %v, want %v", text, days, ok, want)
	}
}

// TestPartialDates places dates without their days among others.
func TestPartialDates(t *testing.T) {
	for _, tt := range []struct{ text, earliest, latest string }{
		{"2024-02-10", "2024-02-10", "2024-02-10"},
		{"2024-02-10T23:00:00-05:00", "2024-02-10", "2024-02-10"},
		{"2024", "2024-01-01", "2024-12-31"},
		{"2024-02", "2024-02-01", "2024-02-29"},
		{"2023-02", "2023-02-01", "2023-02-28"},
		{"2023-04", "2023-04-01", "2023-04-30"},
		{"2023-13", "", ""},
		{"1000", "", ""},
		{"9999-12-31", "", ""},
		{"0999-12-27", "", ""},
		{"", "", ""},
	} {
		day := func(days int32, ok bool) string {
			if !ok {
				return ""
			}
			return time.Unix(int64(days)*86400, 0).UTC().Format(time.DateOnly)
		}
		earliest, latest := day(EarliestDay([]byte(tt.text))), day(LatestDay([]byte(tt.text)))
		if earliest != tt.earliest || latest != tt.latest {
			t.Errorf("%q is from %q to %q, want %q to %q", tt.text, earliest, latest, tt.earliest, tt.latest)
		}
	}
}

func FuzzParseDate(f *testing.F) {
	for _, tt := range dates {
		f.Add(tt.text)
	}
	f.Fuzz(checkDate)
}

var decimals = []struct {
	text             string
	precision, scale int
	want             string // in units of the scale
	err              error
}{
	{"0", 13, 2, "0", nil},
	{"-0", 13, 2, "0", nil},
	{"0.0", 13, 2, "0", nil},
	{"-0.00", 13, 2, "0", nil},
	{"1", 13, 2, "100", nil},
	{"-1", 13, 2, "-100", nil},
	{"1.5", 13, 2, "150", nil},
	{"1.25", 13, 2, "125", nil},
	{"1.2500000", 13, 2, "125", nil},
	{"0.01", 13, 2, "1", nil},
	{"-0.01", 13, 2, "-1", nil},
	{"00012.30", 13, 2, "1230", nil},
	{"99999999999.99", 13, 2, "9999999999999", nil},
	{"-99999999999.99", 13, 2, "-9999999999999", nil},
	{"999999999999999999.9999", 22, 4, "9999999999999999999999", nil},
	{"-1234567890123456789012345678901234567", 37, 0, "-1234567890123456789012345678901234567", nil},
	{"1e2", 13, 2, "10000", nil},
	{"1E+2", 13, 2, "10000", nil},
	{"1e-2", 13, 2, "1", nil},
	{"1.5e1", 13, 2, "1500", nil},
	{"100e-4", 13, 2, "1", nil},
	{"1e00000000002", 13, 2, "10000", nil},
	{"1e-00000000002", 13, 2, "1", nil},
	{"0e99999", 13, 2, "0", nil},
	{"0e-99999", 13, 2, "0", nil},
	{"1.00" + strings.Repeat("0", 60), 13, 2, "100", nil},
	{"1" + strings.Repeat("0", 60) + "e-60", 13, 2, "100", nil},
	{strings.Repeat("0", 60) + "1", 13, 2, "100", nil},
	{"0." + strings.Repeat("0", 60) + "1e61", 13, 2, "100", nil},
	{"1.", 13, 2, "100", nil}, // not JSON, but identifiers are strings
	{".5", 13, 2, "50", nil},

	{"424627.40625", 13, 2, "42462741", Rounded},
	{"0.001", 13, 2, "0", Rounded},
	{"-0.001", 13, 2, "0", Rounded},
	{"0.005", 13, 2, "0", Rounded},
	{"-0.005", 13, 2, "0", Rounded},
	{"0.00500000000000000000000000000000000000000000000001", 13, 2, "1", Rounded},
	{"0.0050000000000000000000000000000000000000000000000", 13, 2, "0", Rounded},
	{"0.0049999999999999999999999999999999999999999999999", 13, 2, "0", Rounded},
	{"0.015", 13, 2, "2", Rounded},
	{"-0.015", 13, 2, "-2", Rounded},
	{"0.025", 13, 2, "2", Rounded},
	{"0.025e0", 13, 2, "2", Rounded},
	{"2.5e-2", 13, 2, "2", Rounded},
	{"1.005", 13, 2, "100", Rounded},
	{"1.994999", 13, 2, "199", Rounded},
	{"1.995", 13, 2, "200", Rounded},
	{"1.5e3", 13, 2, "150000", nil},
	{"1e-3", 13, 2, "0", Rounded},
	{"5e-3", 13, 2, "0", Rounded},
	{"6e-3", 13, 2, "1", Rounded},
	{"9e-4", 13, 2, "0", Rounded},
	{"99e-4", 13, 2, "1", Rounded},
	{"1e-99999", 13, 2, "0", Rounded},
	{"0.5", 18, 0, "0", Rounded},
	{"1.5", 18, 0, "2", Rounded},
	{"1234567890123.45675", 22, 4, "12345678901234568", Rounded},
	{"99999999999.994", 13, 2, "9999999999999", Rounded},
	{"99999999999.995", 13, 2, "", errTooLarge},
	{"18446744073709551615.5", 37, 0, "18446744073709551616", Rounded},
	{strings.Repeat("9", 36) + ".4999", 37, 0, strings.Repeat("9", 36), Rounded},
	{"100000000000", 13, 2, "", errTooLarge},
	{"-100000000000.00", 13, 2, "", errTooLarge},
	{"1e11", 13, 2, "", errTooLarge},
	{"1e99999", 13, 2, "", errTooLarge},
	{"1e99999999999999999999999999", 13, 2, "", errTooLarge},
	{strings.Repeat("9", 39), 37, 0, "", errTooLarge},
	{strings.Repeat("9", 1000), 13, 2, "", errTooLarge},
	{"", 13, 2, "", errNotNumber},
	{"-", 13, 2, "", errNotNumber},
	{"+1", 13, 2, "", errNotNumber},
	{"--1", 13, 2, "", errNotNumber},
	{".", 13, 2, "", errNotNumber},
	{"1.2.3", 13, 2, "", errNotNumber},
	{"1,000", 13, 2, "", errNotNumber},
	{"1e", 13, 2, "", errNotNumber},
	{"1e+", 13, 2, "", errNotNumber},
	{"1e1.5", 13, 2, "", errNotNumber},
	{"e1", 13, 2, "", errNotNumber},
	{"-e1", 13, 2, "", errNotNumber},
	{"1e1e1", 13, 2, "", errNotNumber},
	{"0x10", 13, 2, "", errNotNumber},
	{"NaN", 13, 2, "", errNotNumber},
	{"true", 13, 2, "", errNotNumber},
	{"1 ", 13, 2, "", errNotNumber},
	{"$5", 13, 2, "", errNotNumber},
}

func TestParseDecimal(t *testing.T) {
	for _, tt := range decimals {
		got, err := parseDecimal([]byte(tt.text), tt.precision, tt.scale)
		if !errors.Is(err, tt.err) || (err == nil || isAdjustment(err)) && got.BigInt().String() != tt.want {
			t.Errorf("parseDecimal(%.40q, %d, %d) = %s, %v, want %s, %v", tt.text, tt.precision, tt.scale, got.BigInt(), err, tt.want, tt.err)
		}
		checkDecimal(t, tt.text, uint8(tt.precision), uint8(tt.scale))
	}
}

var number = regexp.MustCompile(`^-?(?:\d+\.?\d*|\.\d+)(?:[eE]([+-]?)0*(\d*))?$`)

// checkDecimal compares parseDecimal with package big.
func checkDecimal(t *testing.T, text string, precision, scale uint8) {
	t.Helper()
	precision, scale = precision%uint8(len(powersOfTen)), scale%6
	got, err := parseDecimal([]byte(text), int(precision), int(scale))
	parts := number.FindStringSubmatch(text)
	if parts == nil || strings.HasSuffix(strings.ToLower(text), "e"+parts[1]) {
		if !errors.Is(err, errNotNumber) && !errors.Is(err, errTooLarge) {
			t.Fatalf("parseDecimal(%q) = %v, %v, but it is not a number", text, got, err)
		}
		return
	}
	if len(parts[2]) > 3 {
		return // too long for package big
	}
	mantissa, exponent, _ := strings.Cut(strings.ToLower(text), "e")
	value, ok := new(big.Rat).SetString(strings.Replace(mantissa, "-.", "-0.", 1))
	if !ok {
		t.Fatalf("package big does not take %q", text)
	}
	if exponent != "" {
		power, _ := new(big.Rat).SetString("1e" + parts[1] + "0" + parts[2])
		value.Mul(value, power)
	}
	value.Mul(value, new(big.Rat).SetInt(powerOfTen(scale)))
	rounded := roundHalfEven(value)
	fits := rounded.CmpAbs(powerOfTen(precision)) < 0
	if (err == nil || errors.Is(err, Rounded)) != fits || fits && (err == nil) != value.IsInt() {
		t.Fatalf("parseDecimal(%q, %d, %d): error %v for %s", text, precision, scale, err, value.RatString())
	}
	if fits && got.BigInt().Cmp(rounded) != 0 {
		t.Fatalf("parseDecimal(%q, %d, %d) = %s, want %s", text, precision, scale, got.BigInt(), rounded)
	}
}

// roundHalfEven rounds to the nearest whole number.
func roundHalfEven(v *big.Rat) *big.Int {
	twice := new(big.Int).Lsh(v.Num(), 1)
	floor := new(big.Int).Div(v.Num(), v.Denom()) // Euclidean: toward minus infinity
	middle := new(big.Int).Add(new(big.Int).Lsh(floor, 1), big.NewInt(1))
	middle.Mul(middle, v.Denom())
	if above := twice.Cmp(middle); above > 0 || above == 0 && floor.Bit(0) == 1 {
		floor.Add(floor, big.NewInt(1))
	}
	return floor
}

func powerOfTen(n uint8) *big.Int {
	return new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil)
}

func FuzzParseDecimal(f *testing.F) {
	for _, tt := range decimals {
		f.Add(tt.text, uint8(tt.precision), uint8(tt.scale))
	}
	f.Fuzz(checkDecimal)
}

// TestPrecisions makes sure that the parser can count to the precision of
// every column, extra ones too.
func TestPrecisions(t *testing.T) {
	extra := schema.Table{Name: "extra"}
	for _, scale := range []int{0, 10, schema.MaxPrecision - 1} {
		extra.Fields = append(extra.Fields, schema.Field{
			Label: fmt.Sprint("scale ", scale), Type: schema.Type{Kind: schema.Decimal, Precision: schema.MaxPrecision, Scale: scale},
		})
	}
	for _, table := range append(slices.Clone(schema.AllTables()), &extra) {
		for _, f := range table.Fields {
			if f.Kind != schema.Decimal {
				continue
			}
			largest := strings.Repeat("9", f.Precision-f.Scale)
			if f.Scale > 0 {
				largest += "." + strings.Repeat("9", f.Scale)
			}
			num, err := parseDecimal([]byte(largest), f.Precision, f.Scale)
			if err != nil || num.ToString(int32(f.Scale)) != largest {
				t.Errorf("%s.%s: %s is read as %s, %v", table.Name, f.Label, largest, num.ToString(int32(f.Scale)), err)
			}
			if _, err := parseDecimal([]byte("1"+largest), f.Precision, f.Scale); !errors.Is(err, errTooLarge) {
				t.Errorf("%s.%s: a number too large for the column: %v", table.Name, f.Label, err)
			}
		}
	}
}

func TestParseInt(t *testing.T) {
	for _, tt := range []struct {
		text string
		want int64
		err  error
	}{
		{"0", 0, nil}, {"-0", 0, nil}, {"1", 1, nil}, {"-1", -1, nil}, {"007", 7, nil}, {"1.0", 1, nil}, {"1e3", 1000, nil},
		{"999999999999999999", 999999999999999999, nil}, {"-999999999999999999", -999999999999999999, nil},
		{"1000000000000000000", 0, errTooLarge}, {"9223372036854775808", 0, errTooLarge},
		{"1.5", 0, errTooPrecise}, {"x", 0, errNotNumber}, {"", 0, errNotNumber},
	} {
		if got, err := ParseInt([]byte(tt.text)); got != tt.want || !errors.Is(err, tt.err) {
			t.Errorf("ParseInt(%q) = %d, %v, want %d, %v", tt.text, got, err, tt.want, tt.err)
		}
	}
}

func TestBlank(t *testing.T) {
	for text, want := range map[string]bool{
		"": true, " ": true, "   ": true, "~": true,
		"0": false, " ~": false, "~~": false, " a": false, "a ": false, "\t": false, "null": false,
	} {
		if got := Blank([]byte(text)); got != want {
			t.Errorf("Blank(%q) = %v", text, got)
		}
	}
}

func TestPowersOfTen(t *testing.T) {
	for i, p := range powersOfTen {
		if got := decimal128.New(int64(p.hi), p.lo).BigInt(); got.Cmp(powerOfTen(uint8(i))) != 0 {
			t.Errorf("10^%d is %s", i, got)
		}
	}
}
