package edge

import (
	"github.com/cclf-tools/cclf/internal/synth/column"
	"github.com/cclf-tools/cclf/internal/synth/random"
)

// noDate returns one of the values that stand for a missing date.
func (e *Cases) noDate() column.Date {
	e.count("dates that are none")
	return random.AnyOf(&e.random, noDates)
}

// partial returns a date without the day, or without the day and month.
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

// odd returns a placeholder date or a partial one.
func (e *Cases) odd(d column.Date) column.Date {
	if e.random.Chance(500) {
		return e.noDate()
	}
	return e.partial(d)
}

// oddly replaces some dates by placeholders or partial dates.
func (e *Cases) oddly(d *column.Date) {
	if *d != 0 && e.random.Chance(60) {
		*d = e.odd(*d)
	}
}

// noDates are the placeholders that servers send for a missing date.
//
// The IDR has 1000-01-01 and 0001-01-01. The server of v3 reads them as days of the
// Julian calendar and writes them in the Gregorian one.
var noDates = []column.Date{
	-354285, // 1000-01-01
	lastNoDate,
	-719162, // 0001-01-01
	-354290, // 0999-12-27
	-719160, // 0001-01-03
}

const lastNoDate column.Date = 2932896 // 9999-12-31
