package synth

import "time"

// A calendar has the days of an export. Everything happens between them, so
// that nothing depends on when the export is made.
type calendar struct {
	historyStart date
	historyEnd   date
	lastUpdate   date // of all resources but one
	exportDay    date // when the export's newest resource was updated
	exportYear   int
}

// The days that are the same in all exports.
var (
	oldestClaim = newDate(2012, time.January, 5)
	firstICD10  = newDate(2015, time.October, 1)
	firstUpdate = newDate(2020, time.February, 13) // older resources were all updated on this day
)

// defaultExport is the day of exports that are not of a server date.
var defaultExport = newDate(2026, time.March, 2)

// newCalendar is the calendar of an export that is made on a day.
func newCalendar(day date) calendar {
	year, month, first := day.civil()
	return calendar{
		historyStart: newDate(year-3, time.Month(month)-2, 1),
		historyEnd:   day - date(first) - 28,
		lastUpdate:   day - 3,
		exportDay:    day,
		exportYear:   year,
	}
}

// months is how many months of the export's year are known.
func (c *calendar) months() int {
	_, month, _ := c.exportDay.civil()
	return max(1, month-1)
}

// newest is when the export's newest resource was updated.
func (c *calendar) newest() instant { return c.exportDay.at(10 * 3_600_000) }

// created is the "created" of every claim of v2: when the server made it.
func (c *calendar) created() instant { return c.exportDay.at(16*3_600_000 + 1_815_270) }
