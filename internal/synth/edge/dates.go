package edge

import (
	"github.com/cclf-tools/cclf/internal/synth/column"
	"github.com/cclf-tools/cclf/internal/synth/random"
)

// noDate is one of the forms of a missing date.
func (e *Cases) noDate() column.Date {
	e.count("dates that are none")
	return random.AnyOf(&e.random, noDates)
}

// partial is a date without the day, or without the month too.
func (e *Cases) partial(d column.Date) column.Date {
	if !d.IsDay() {
		return d
	}
	e.count("partial dates")
	if e.random.Chance(500) {
		return column.WithoutDay + d
	}
	return column.WithoutMonth + d
}

// odd is a date that is none or partial.
func (e *Cases) odd(d column.Date) column.Date {
	if e.random.Chance(500) {
		return e.noDate()
	}
	return e.partial(d)
}

// oddly makes a date odd at times.
func (e *Cases) oddly(d *column.Date) {
	if *d != 0 && e.random.Chance(60) {
		*d = e.odd(*d)
	}
}

// Dates that are none. Some stand for a missing date, in the forms that the
// servers give them; others lack the day, or the month and the day.
//
// The repository of v3 has 1000-01-01 and 0001-01-01 for a missing date. Its
// server takes them for days of the Julian calendar, and prints those of the
// Gregorian one.
var noDates = []column.Date{
	-354285, // 1000-01-01
	lastNoDate,
	-719162, // 0001-01-01
	-354290, // 0999-12-27
	-719160, // 0001-01-03
}

const lastNoDate column.Date = 2932896 // 9999-12-31
