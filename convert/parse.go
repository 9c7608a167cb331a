package convert

import (
	"bytes"
	"cmp"
	"errors"
	"math"
	"math/bits"

	"github.com/apache/arrow-go/v18/arrow/decimal128"
)

// Reasons why a value does not fit its column. They name no values.
var (
	errNotDate    = errors.New("not a date")
	errNotNumber  = errors.New("not a number")
	errTooPrecise = errors.New("a number with more decimals than the column has")
	errTooLarge   = errors.New("a number too large for the column")
)

// An adjustment is the error of a value that its column cannot hold as it is,
// but which is no reason to reject the resource. The caller counts it.
type adjustment uint8

// The adjustments.
const (
	adjustedPartialDate adjustment = iota // a date without its day: the cell is null
	adjustedRounded                       // a number with more decimals than the column: the cell has it rounded
	adjustedState                         // a state code without the code of the column: the cell is null
	adjustments
)

func (a adjustment) Error() string {
	return [...]string{
		"a date without its day", "a number with more decimals than the column has", "a state code without a code of the column's kind",
	}[a]
}

func isAdjustment(err error) bool {
	_, is := errors.AsType[adjustment](err)
	return is
}

// blank reports whether a text stands for "no value": nothing, spaces, or the
// tilde that CMS's systems use for "does not apply".
func blank(s []byte) bool {
	for _, c := range s {
		if c != ' ' {
			return len(s) == 1 && c == '~'
		}
	}
	return true
}

// parseDate reads the day of a FHIR date or dateTime, in days since 1970. ok
// is false for the days that mean "no date", and for a date without its day,
// of which err is adjustedPartialDate.
func parseDate(s []byte) (days int32, ok bool, err error) {
	if isPartialDate(s) {
		if _, ok, err := parseDate(withDay(s, "-01-01")); err != nil || !ok {
			return 0, false, err
		}
		return 0, false, adjustedPartialDate
	}
	if len(s) < 10 || s[4] != '-' || s[7] != '-' || len(s) > 10 && s[10] != 'T' {
		return 0, false, errNotDate
	}
	y, e1 := parseDigits(s[:4])
	m, e2 := parseDigits(s[5:7])
	d, e3 := parseDigits(s[8:10])
	if e1 != nil || e2 != nil || e3 != nil || m < 1 || m > 12 || d < 1 || d > daysIn(y, m) {
		return 0, false, errNotDate
	}
	if (y <= 1000 || y == 9999) && meansNoDate(y, m, d) {
		return 0, false, nil
	}
	return civilDays(y, m, d), true, nil
}

// meansNoDate reports whether a day means that there is none. The repositories
// of CMS have 1000-01-01, 0001-01-01 and 9999-12-31 for it. The server of v3
// prints the first two as they are in the Julian calendar, by which Java counts
// the days of that time.
func meansNoDate(y, m, d int) bool {
	switch [3]int{y, m, d} {
	case [3]int{1, 1, 1}, [3]int{1, 1, 3}, [3]int{999, 12, 27}, [3]int{1000, 1, 1}, [3]int{9999, 12, 31}:
		return true
	}
	return false
}

// isPartialDate reports whether a text has the length of a year, or of a year
// and a month, which are dates in FHIR.
func isPartialDate(s []byte) bool { return len(s) == len("2025") || len(s) == len("2025-01") }

// withDay completes a partial date by the end of another.
func withDay(s []byte, rest string) []byte {
	return append(append(make([]byte, 0, 10), s...), rest[len(s)-4:]...)
}

// earliestDay is parseDate where only the order of days counts: a date
// without its day is the first that it may be.
func earliestDay(s []byte) (days int32, ok bool) {
	days, ok, err := parseDate(s)
	if errors.Is(err, adjustedPartialDate) {
		days, ok, err = parseDate(withDay(s, "-01-01"))
	}
	return days, ok && err == nil
}

// latestDay is the last day that a date without its day may be. A period of
// FHIR includes all of what its end names.
func latestDay(s []byte) (days int32, ok bool) {
	days, ok, err := parseDate(s)
	if errors.Is(err, adjustedPartialDate) {
		y, _ := parseDigits(s[:4])
		m := 12
		if len(s) > 4 {
			m, _ = parseDigits(s[5:7])
		}
		return civilDays(y, m, daysIn(y, m)), true
	}
	return days, ok && err == nil
}

func parseDigits(s []byte) (int, error) {
	n := 0
	for _, c := range s {
		if c < '0' || c > '9' {
			return 0, errNotNumber
		}
		n = 10*n + int(c-'0')
	}
	return n, nil
}

func daysIn(y, m int) int {
	switch m {
	case 4, 6, 9, 11:
		return 30
	case 2:
		if y%4 == 0 && (y%100 != 0 || y%400 == 0) {
			return 29
		}
		return 28
	}
	return 31
}

// civilDays counts the days from 1970-01-01 to a day of the Gregorian
// calendar, by eras of 400 years that begin in March.
func civilDays(y, m, d int) int32 {
	if m <= 2 {
		y--
		m += 12
	}
	era := y / 400
	if y < 0 {
		era = (y - 399) / 400
	}
	yearOfEra := y - era*400
	dayOfYear := (153*(m-3)+2)/5 + d - 1
	dayOfEra := yearOfEra*365 + yearOfEra/4 - yearOfEra/100 + dayOfYear
	return int32(era*146097 + dayOfEra - 719468)
}

// civil is the inverse of civilDays.
func civil(days int32) (y, m, d int) {
	z := int(days) + 719468
	era := z / 146097
	if z < 0 {
		era = (z - 146096) / 146097
	}
	dayOfEra := z - era*146097
	yearOfEra := (dayOfEra - dayOfEra/1460 + dayOfEra/36524 - dayOfEra/146096) / 365
	dayOfYear := dayOfEra - (365*yearOfEra + yearOfEra/4 - yearOfEra/100)
	mp := (5*dayOfYear + 2) / 153
	d = dayOfYear - (153*mp+2)/5 + 1
	m = mp + 3
	y = yearOfEra + era*400
	if m > 12 {
		m -= 12
		y++
	}
	return y, m, d
}

// parseDecimal reads a JSON number, as an integer count of units of 10^-scale
// with at most precision digits. A number with more decimals is rounded to the
// nearest, or of two that are as near to the even one, and the error is
// adjustedRounded.
func parseDecimal(s []byte, precision, scale int) (decimal128.Num, error) {
	if v, ok := plainDecimal(s, precision, scale); ok {
		return decimal128.FromI64(v), nil
	}
	var n digitsOf
	if err := n.read(s, scale); err != nil {
		return decimal128.Num{}, err
	}
	n.round()
	if !n.fits(precision) {
		return decimal128.Num{}, errTooLarge
	}
	num := decimal128.New(int64(n.hi), n.lo)
	if n.negative {
		num = num.Negate()
	}
	if n.dropped {
		return num, adjustedRounded
	}
	return num, nil
}

// plainDecimal is parseDecimal for numbers of few digits and no exponent, which
// almost all are.
func plainDecimal(s []byte, precision, scale int) (v int64, ok bool) {
	digits := s
	if len(s) > 0 && s[0] == '-' {
		digits = s[1:]
	}
	places := -1 // digits behind the point
	for _, c := range digits {
		switch {
		case c >= '0' && c <= '9':
			v = 10*v + int64(c-'0')
			if places >= 0 {
				places++
			}
		case c == '.' && places < 0:
			places = 0
		default:
			return 0, false
		}
	}
	zeros := scale - max(places, 0)
	if len(digits) == 0 || len(digits)+zeros > plainDigits || zeros < 0 || places == 0 || places == len(digits)-1 {
		return 0, false
	}
	v *= int64(powersOfTen[zeros].lo)
	if precision < plainDigits && v >= int64(powersOfTen[precision].lo) {
		return 0, false
	}
	if len(digits) < len(s) {
		v = -v
	}
	return v, true
}

// plainDigits is how many digits, and points, surely fit 64 bits.
const plainDigits = 18

// parseInt reads a JSON number that is whole.
func parseInt(s []byte) (int64, error) {
	num, err := parseDecimal(s, plainDigits, 0)
	switch {
	case errors.Is(err, adjustedRounded):
		return 0, errTooPrecise
	case err != nil:
		return 0, err
	}
	return int64(num.LowBits()), nil
}

// digitsOf is a decimal number: hi*2^64 + lo units of some scale, and the part
// of a unit that follows them.
type digitsOf struct {
	hi, lo   uint64
	negative bool
	dropped  bool // there is a part of a unit
	half     int8 // that is less than a half (-1), a half (0), or more (1)
}

// read reads the digits of a number, those of whole units of 10^-scale and
// those after them.
func (n *digitsOf) read(s []byte, scale int) error {
	if len(s) > 0 && s[0] == '-' {
		n.negative = true
		s = s[1:]
	}
	mantissa, exponent := s, 0
	if i := bytes.IndexAny(s, "eE"); i >= 0 {
		var err error
		if exponent, err = readExponent(s[i+1:]); err != nil {
			return err
		}
		mantissa = s[:i]
	}
	point := len(mantissa) // digits before the point
	digits := 0
	for i, c := range mantissa {
		switch {
		case c >= '0' && c <= '9':
			digits++
		case c == '.' && point == len(mantissa):
			point = i
		default:
			return errNotNumber
		}
	}
	if digits == 0 {
		return errNotNumber
	}
	units := point + exponent + scale // digits of whole units
	n.half = -1
	place := 0
	for _, c := range mantissa {
		if c == '.' {
			continue
		}
		switch {
		case place < units:
			if !n.scaleUp(1) {
				return errTooLarge
			}
			var carry uint64
			n.lo, carry = bits.Add64(n.lo, uint64(c-'0'), 0)
			n.hi += carry
		case place == units:
			n.half = int8(cmp.Compare(c, '5'))
			n.dropped = n.dropped || c != '0'
		case c != '0':
			n.dropped = true
			n.half |= 1 // more than a half, or as before
		}
		place++
	}
	if !n.scaleUp(units - place) {
		return errTooLarge
	}
	return nil
}

// readExponent reads what follows the e of a number.
func readExponent(s []byte) (int, error) {
	sign := 1
	if len(s) > 0 && (s[0] == '+' || s[0] == '-') {
		if s[0] == '-' {
			sign = -1
		}
		s = s[1:]
	}
	if len(s) == 0 || len(bytes.Trim(s, "0123456789")) > 0 {
		return 0, errNotNumber
	}
	if s = bytes.TrimLeft(s, "0"); len(s) > 8 {
		return sign * math.MaxInt32, nil
	}
	e, err := parseDigits(s)
	return sign * e, err
}

// round takes in the part of a unit, to the even number where it is a half.
func (n *digitsOf) round() {
	if n.half > 0 || n.half == 0 && n.lo&1 == 1 {
		var carry uint64
		n.lo, carry = bits.Add64(n.lo, 1, 0)
		n.hi += carry
	}
}

// scaleUp multiplies by 10^k; false when it overflows.
func (n *digitsOf) scaleUp(k int) bool {
	for ; k > 0; k-- {
		if n.hi == 0 && n.lo == 0 {
			return true
		}
		over, hi := bits.Mul64(n.hi, 10)
		carry, lo := bits.Mul64(n.lo, 10)
		var c uint64
		n.hi, c = bits.Add64(hi, carry, 0)
		n.lo = lo
		if over != 0 || c != 0 || n.hi >= 1<<62 {
			return false
		}
	}
	return true
}

func (n *digitsOf) fits(precision int) bool {
	limit := powersOfTen[precision]
	return n.hi < limit.hi || n.hi == limit.hi && n.lo < limit.lo
}

var powersOfTen = func() (p [38]digitsOf) {
	p[0].lo = 1
	for i := 1; i < len(p); i++ {
		p[i] = p[i-1]
		p[i].scaleUp(1)
	}
	return p
}()
