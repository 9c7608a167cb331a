package synth

import "time"

// Dates that are none. Some stand for a missing date, in the forms that the
// servers give them; others lack the day, or the month and the day.
//
// The repository of v3 has 1000-01-01 and 0001-01-01 for a missing date. Its
// server takes them for days of the Julian calendar, and prints those of the
// Gregorian one.
var noDates = []date{
	newDate(1000, time.January, 1),
	newDate(9999, time.December, 31),
	newDate(1, time.January, 1),
	newDate(999, time.December, 27),
	newDate(1, time.January, 3),
}

// Partial dates are numbered above all others, those of days before 1970 too.
const (
	withoutDay   date = 1 << 24
	withoutMonth date = 1 << 25
)

// isDay says that a date is a day that something may have happened on.
func (d date) isDay() bool { return d > firstDay && d < lastDay }

// isPartial says that a date lacks the day.
func (d date) isPartial() bool { return d > withoutDay/2 }

// Nothing in a claim is older or newer than these.
var (
	firstDay = newDate(1800, time.January, 1)
	lastDay  = newDate(2200, time.January, 1)
)

// appendPartial writes YYYY-MM or YYYY.
func (d date) appendPartial(b []byte) []byte {
	start := len(b)
	if d > withoutMonth/2+withoutDay/2 {
		return (d - withoutMonth).append(b)[:start+len("2006")]
	}
	return (d - withoutDay).append(b)[:start+len("2006-01")]
}
