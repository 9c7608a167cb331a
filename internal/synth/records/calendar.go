package records

import (
	"time"

	"github.com/cclf-tools/cclf/internal/synth/column"
)

// A Calendar has the days of an export. Nothing depends on the day on which the
// export is really made.
type Calendar struct {
	historyStart column.Date
	HistoryEnd   column.Date
	LastUpdate   column.Date // of all resources but the newest
	exportDay    column.Date // when the newest resource was updated
	exportYear   int
}

// Days that are the same in all exports.
const (
	oldestClaim column.Date = 15344 // 2012-01-05
	firstICD10  column.Date = 16709 // 2015-10-01
	firstUpdate column.Date = 18305 // 2020-02-13: older resources were all updated on this day
)

// DefaultExport is the day of exports without a server date: 2026-03-02.
const DefaultExport column.Date = 20514

// NewCalendar returns the calendar of an export made on a day.
func NewCalendar(day column.Date) Calendar {
	year, month, first := day.Civil()
	return Calendar{
		historyStart: column.NewDate(year-3, time.Month(month)-2, 1),
		HistoryEnd:   day - column.Date(first) - 28,
		LastUpdate:   day - 3,
		exportDay:    day,
		exportYear:   year,
	}
}

// months returns how many months of the export's year are known.
func (c *Calendar) months() int {
	_, month, _ := c.exportDay.Civil()
	return max(1, month-1)
}

// newest returns when the newest resource was updated.
func (c *Calendar) newest() column.Instant { return c.exportDay.At(10 * 3_600_000) }

// Created returns the creation time of all claims of v2.
func (c *Calendar) Created() column.Instant { return c.exportDay.At(16*3_600_000 + 1_815_270) }
