package column

import (
	"math"
	"strconv"
)

// An Amount is in cents of US dollars, a Quantity in ten-thousandths of a unit.
// Either may be missing.
type (
	Amount   int64
	Quantity int64
)

const (
	NoAmount   Amount   = math.MinInt64
	NoQuantity Quantity = math.MinInt64
)

func Dollars(n int64) Amount { return Amount(n * 100) }
func Units(n int64) Quantity { return Quantity(n * 10_000) }

// Append appends the amount with all decimals: 12.30.
func (a Amount) Append(b []byte) []byte { return AppendDecimal(b, int64(a), 2) }

// Append appends the quantity with all decimals: 3.0000.
func (q Quantity) Append(b []byte) []byte { return AppendDecimal(b, int64(q), 4) }

// AppendJSON appends the amount as a JSON encoder writes a floating-point number:
// 12.3.
func (a Amount) AppendJSON(b []byte) []byte { return trimZeros(a.Append(b)) }

// AppendJSON appends the quantity without trailing zeros: 3.
func (q Quantity) AppendJSON(b []byte) []byte { return trimZeros(q.Append(b)) }

func AppendDecimal(b []byte, n int64, scale int) []byte {
	if n < 0 {
		b = append(b, '-')
		n = -n
	}
	unit := int64(100)
	if scale == 4 {
		unit = 10_000
	}
	b = strconv.AppendInt(b, n/unit, 10)
	b = append(b, '.')
	fraction := n % unit
	for unit /= 10; unit > 0; unit /= 10 {
		b = append(b, byte('0'+fraction/unit%10))
	}
	return b
}

func trimZeros(b []byte) []byte {
	for b[len(b)-1] == '0' {
		b = b[:len(b)-1]
	}
	if b[len(b)-1] == '.' {
		b = b[:len(b)-1]
	}
	return b
}
