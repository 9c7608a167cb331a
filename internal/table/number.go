package table

import (
	"bytes"
	"cmp"
	"errors"
	"math"
	"math/bits"
	"strconv"

	"github.com/apache/arrow-go/v18/arrow/decimal128"
)

// ParseDigits reads a number that consists of decimal digits only. An empty s is
// 0. It does not detect overflow.
func ParseDigits(s []byte) (int, error) {
	n := 0
	for _, c := range s {
		if c < '0' || c > '9' {
			return 0, errNotNumber
		}
		n = 10*n + int(c-'0')
	}
	return n, nil
}

// parseDecimal parses a JSON number into units of 10^-scale, of which there are at
// most precision digits. A number with more decimals is rounded, half to even, and
// the error is Rounded.
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
		return num, Rounded
	}
	return num, nil
}

// plainDecimal is parseDecimal for numbers of few digits and no exponent, which are
// almost all.
func plainDecimal(s []byte, precision, scale int) (v int64, ok bool) {
	digits := s
	if len(s) > 0 && s[0] == '-' {
		digits = s[1:]
	}
	places := -1 // digits after the point
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

// plainDigits is the number of digits that always fit into 64 bits.
const plainDigits = 18

// ParseInt parses a JSON number that is an integer of at most 18 digits.
func ParseInt(s []byte) (int64, error) {
	num, err := parseDecimal(s, plainDigits, 0)
	switch {
	case errors.Is(err, Rounded):
		return 0, errTooPrecise
	case err != nil:
		return 0, err
	}
	return int64(num.LowBits()), nil
}

// digitsOf is a decimal number: hi*2^64 + lo units of some scale, and a fraction of
// a unit.
type digitsOf struct {
	hi, lo   uint64
	negative bool
	dropped  bool // the fraction is not zero
	half     int8 // the fraction is less than a half (-1), a half (0), or more (1)
}

// read parses a number into units of 10^-scale and a fraction.
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

// readExponent parses what follows the e of a number.
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
	e, err := ParseDigits(s)
	return sign * e, err
}

// round rounds the fraction, half to even.
func (n *digitsOf) round() {
	if n.half > 0 || n.half == 0 && n.lo&1 == 1 {
		var carry uint64
		n.lo, carry = bits.Add64(n.lo, 1, 0)
		n.hi += carry
	}
}

// scaleUp multiplies by 10^k. It returns false on overflow.
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

// powersOfTen are the powers from 10^0 to 10^37.
var powersOfTen = func() (p [38]digitsOf) {
	p[0].lo = 1
	for i := 1; i < len(p); i++ {
		p[i] = p[i-1]
		p[i].scaleUp(1)
	}
	return p
}()

// AppendDigits appends the decimal digits of v, which is from 0 to 10^38-1.
func AppendDigits(dst []byte, v decimal128.Num) []byte {
	hi, lo := uint64(v.HighBits()), v.LowBits()
	if hi == 0 {
		return strconv.AppendUint(dst, lo, 10)
	}
	const digits, power = 19, 1e19
	quo, rem := bits.Div64(hi, lo, power)
	dst = strconv.AppendUint(dst, quo, 10)
	low := strconv.FormatUint(rem, 10)
	dst = append(dst, "0000000000000000000"[:digits-len(low)]...)
	return append(dst, low...)
}
