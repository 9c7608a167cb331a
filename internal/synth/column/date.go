// Package column has the types of raw columns: dates, instants, amounts of money and
// quantities. Each of them may be missing, and each appends itself to a buffer.
package column

import (
	"time"
)

// A Date is a number of days since 1970-01-01. Zero is a missing date. Exports with
// edge cases have partial dates too.
type Date int32

func NewDate(year int, month time.Month, day int) Date {
	return Date(time.Date(year, month, day, 0, 0, 0, 0, time.UTC).Unix() / 86400)
}

// Civil returns the calendar day in the proleptic Gregorian calendar.
func (d Date) Civil() (year, month, day int) {
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

// FirstOfMonth returns the first day of the month.
func (d Date) FirstOfMonth() Date {
	_, _, day := d.Civil()
	return d - Date(day) + 1
}

// Append appends YYYY-MM-DD, or YYYY-MM or YYYY of a partial date.
func (d Date) Append(b []byte) []byte {
	if d.IsPartial() {
		return d.appendPartial(b)
	}
	year, month, day := d.Civil()
	return append(b,
		byte('0'+year/1000), byte('0'+year/100%10), byte('0'+year/10%10), byte('0'+year%10), '-',
		byte('0'+month/10), byte('0'+month%10), '-',
		byte('0'+day/10), byte('0'+day%10))
}

// YearsBetween returns the number of birthdays between two days.
func YearsBetween(from, to Date) int {
	y1, m1, d1 := from.Civil()
	y2, m2, d2 := to.Civil()
	years := y2 - y1
	if m2 < m1 || m2 == m1 && d2 < d1 {
		years--
	}
	return years
}

// Partial dates are numbered above all others, even those of days before 1970.
const (
	WithoutDay   Date = 1 << 24
	WithoutMonth Date = 1 << 25
)

// Earliest returns the first day that a date can be, 0 if it stands for none.
func (d Date) Earliest() Date {
	first, _ := d.bounds()
	return first
}

// Latest returns the last day that a date can be, 0 if it stands for none.
func (d Date) Latest() Date {
	_, last := d.bounds()
	return last
}

// IsDay reports whether a date is a day on which something can have happened.
func (d Date) IsDay() bool { return d > firstDay && d < lastDay }

// IsPartial reports whether a date lacks the day.
func (d Date) IsPartial() bool { return d > WithoutDay/2 }

// bounds returns the first and the last day that a date can be.
func (d Date) bounds() (first, last Date) {
	switch {
	case !d.IsPartial() && !d.IsDay():
		return 0, 0
	case !d.IsPartial():
		return d, d
	case d > WithoutMonth/2+WithoutDay/2:
		year, _, _ := (d - WithoutMonth).Civil()
		return NewDate(year, time.January, 1), NewDate(year, time.December, 31)
	}
	first = (d - WithoutDay).FirstOfMonth()
	return first, (first + 31).FirstOfMonth() - 1
}

// Nothing in a claim is outside these days.
const (
	firstDay Date = -62091 // 1800-01-01
	lastDay  Date = 84006  // 2200-01-01
)

// appendPartial appends YYYY-MM or YYYY.
func (d Date) appendPartial(b []byte) []byte {
	start := len(b)
	if d > WithoutMonth/2+WithoutDay/2 {
		return (d - WithoutMonth).Append(b)[:start+len("2006")]
	}
	return (d - WithoutDay).Append(b)[:start+len("2006-01")]
}
