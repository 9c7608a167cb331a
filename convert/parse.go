package convert

import (
	"bytes"
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
// is false for the days that mean "no date", and for a date without its day.
func parseDate(s []byte) (days int32, ok bool, err error) {
	if len(s) == 4 || len(s) == 7 {
		// A year, or a year and a month: the first day of it is a date too.
		s = append(append(make([]byte, 0, 10), s...), "-01-01"[len(s)-4:]...)
		_, _, err := parseDate(s)
		return 0, false, err
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
	if y == 1000 && m == 1 && d == 1 || y == 9999 && m == 12 && d == 31 {
		return 0, false, nil
	}
	return civilDays(y, m, d), true, nil
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

// parseDecimal reads a JSON number exactly, as an integer count of units of
// 10^-scale with at most precision digits.
func parseDecimal(s []byte, precision, scale int) (decimal128.Num, error) {
	if v, ok := plainDecimal(s, precision, scale); ok {
		return decimal128.FromI64(v), nil
	}
	var n digitsOf
	if err := n.read(s); err != nil {
		return decimal128.Num{}, err
	}
	shift := n.exp + scale
	for ; shift < 0; shift++ {
		if !n.dropZero() {
			return decimal128.Num{}, errTooPrecise
		}
	}
	if !n.scaleUp(shift) || !n.fits(precision) {
		return decimal128.Num{}, errTooLarge
	}
	num := decimal128.New(int64(n.hi), n.lo)
	if n.negative {
		num = num.Negate()
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
	if err != nil {
		return 0, err
	}
	return int64(num.LowBits()), nil
}

// digitsOf is a decimal number: (hi*2^64 + lo) * 10^exp.
type digitsOf struct {
	hi, lo   uint64
	exp      int
	negative bool
}

func (n *digitsOf) read(s []byte) error {
	i := 0
	if i < len(s) && s[i] == '-' {
		n.negative = true
		i++
	}
	digits, zeros, point := 0, 0, false
	for ; i < len(s); i++ {
		c := s[i]
		switch {
		case c >= '0' && c <= '9':
			digits++
			if point {
				n.exp--
			}
			// Zeros count once another digit follows: those at the end,
			// however many, are a part of the exponent.
			if zeros++; c == '0' {
				continue
			}
			if !n.scaleUp(zeros) {
				return errTooLarge
			}
			zeros = 0
			var carry uint64
			n.lo, carry = bits.Add64(n.lo, uint64(c-'0'), 0)
			n.hi += carry
		case c == '.' && !point:
			point = true
		case (c == 'e' || c == 'E') && digits > 0:
			n.exp += zeros
			return n.readExponent(s[i+1:])
		default:
			return errNotNumber
		}
	}
	if digits == 0 {
		return errNotNumber
	}
	n.exp += zeros
	return nil
}

func (n *digitsOf) readExponent(s []byte) error {
	sign := 1
	if len(s) > 0 && (s[0] == '+' || s[0] == '-') {
		if s[0] == '-' {
			sign = -1
		}
		s = s[1:]
	}
	e, err := parseDigits(s)
	if err != nil || len(s) == 0 {
		return errNotNumber
	}
	if len(bytes.TrimLeft(s, "0")) > 4 {
		e = math.MaxInt16
	}
	n.exp += sign * e
	return nil
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

// dropZero divides by ten; false when there is a remainder.
func (n *digitsOf) dropZero() bool {
	if n.hi == 0 && n.lo == 0 {
		return true
	}
	hi, rem := bits.Div64(0, n.hi, 10)
	lo, rem := bits.Div64(rem, n.lo, 10)
	if rem != 0 {
		return false
	}
	n.hi, n.lo = hi, lo
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
