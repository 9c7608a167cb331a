package synth

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// A date counts days from 1970-01-01. Zero is a missing date. Exports with edge
// cases have others: see noDates.
type date int32

func newDate(year int, month time.Month, day int) date {
	return date(time.Date(year, month, day, 0, 0, 0, 0, time.UTC).Unix() / 86400)
}

// civil is the calendar day, by the era arithmetic of the proleptic Gregorian
// calendar.
func (d date) civil() (year, month, day int) {
	z := int(d) + 719468
	era := z / 146097
	doe := z - era*146097
	yoe := (doe - doe/1460 + doe/36524 - doe/146096) / 365
	doy := doe - (365*yoe + yoe/4 - yoe/100)
	mp := (5*doy + 2) / 153
	day = doy - (153*mp+2)/5 + 1
	month = mp + 3
	if month > 12 {
		month -= 12
	}
	year = yoe + era*400
	if month <= 2 {
		year++
	}
	return year, month, day
}

// firstOfMonth is the first day of the month of d.
func (d date) firstOfMonth() date {
	_, _, day := d.civil()
	return d - date(day) + 1
}

// append writes YYYY-MM-DD, or less of a partial date.
func (d date) append(b []byte) []byte {
	if d.isPartial() {
		return d.appendPartial(b)
	}
	year, month, day := d.civil()
	return append(b,
		byte('0'+year/1000), byte('0'+year/100%10), byte('0'+year/10%10), byte('0'+year%10), '-',
		byte('0'+month/10), byte('0'+month%10), '-',
		byte('0'+day/10), byte('0'+day%10))
}

// yearsBetween counts the birthdays from one day to a later one.
func yearsBetween(from, to date) int {
	y1, m1, d1 := from.civil()
	y2, m2, d2 := to.civil()
	years := y2 - y1
	if m2 < m1 || m2 == m1 && d2 < d1 {
		years--
	}
	return years
}

// An instant is a point in time, and the zone that it is written in.
type instant struct {
	millis int64 // since 1970-01-01T00:00:00Z
	west   int8  // hours west of Greenwich
}

func (d date) at(millis int64) instant { return instant{millis: int64(d)*86_400_000 + millis} }

// append writes an instant in the manner of the servers, milliseconds and all.
func (t instant) append(b []byte) []byte {
	local := t.millis - int64(t.west)*3_600_000
	b = date(local / 86_400_000).append(b)
	ms := local % 86_400_000
	s := ms / 1000
	ms %= 1000
	b = append(b, 'T')
	b = appendPair(b, s/3600)
	b = append(b, ':')
	b = appendPair(b, s/60%60)
	b = append(b, ':')
	b = appendPair(b, s%60)
	b = append(b, '.', byte('0'+ms/100))
	b = appendPair(b, ms%100)
	if t.west == 0 {
		return append(b, "+00:00"...)
	}
	b = append(b, '-')
	b = appendPair(b, int64(t.west))
	return append(b, ":00"...)
}

func appendPair(b []byte, n int64) []byte { return append(b, byte('0'+n/10), byte('0'+n%10)) }

// An amount is an amount of US dollars in cents; a quantity is a number of
// units in ten-thousandths. Either may be missing.
type (
	amount   int64
	quantity int64
)

const (
	noAmount   amount   = math.MinInt64
	noQuantity quantity = math.MinInt64
)

func dollars(n int64) amount { return amount(n * 100) }
func units(n int64) quantity { return quantity(n * 10_000) }

// append writes all the decimals: 12.30.
func (a amount) append(b []byte) []byte { return appendDecimal(b, int64(a), 2) }

// append writes all the decimals: 3.0000.
func (q quantity) append(b []byte) []byte { return appendDecimal(b, int64(q), 4) }

// appendJSON writes what a JSON encoder makes of the number when it is held in
// binary floating point: 12.3.
func (a amount) appendJSON(b []byte) []byte { return trimZeros(a.append(b)) }

// appendJSON writes the number without trailing zeros: 3.
func (q quantity) appendJSON(b []byte) []byte { return trimZeros(q.append(b)) }

func appendDecimal(b []byte, n int64, scale int) []byte {
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

// blank says that a raw column holds no value, be it empty or of spaces only.
// To the servers these are not the same: they leave out what is empty.
func blank(s string) bool { return strings.TrimSpace(s) == "" }
