package convert

import (
	"bytes"
	"math"
	"strings"
	"time"

	"github.com/cclf-tools/cclf/internal/table"
	"github.com/cclf-tools/cclf/internal/wellknown"
	"github.com/cclf-tools/cclf/schema"
)

// recentMonths is how far back the months of an open period are listed.
const recentMonths = 36

// memberMonths makes the rows of the months in which a Coverage was in force.
func (w *worker) memberMonths(tp *tablePlan, key resourceKey, who personID) error {
	c := &w.claim
	letter, ok := bytes.CutPrefix(w.text(c.rec, c.plan.common.part), []byte("Part "))
	if !ok || len(letter) != 1 {
		return nil // not a part of Medicare: a Coverage of dual eligibility
	}
	c.part = append(c.part[:0], letter...)
	out := w.page(tp.final)
	mark := out.Rows()
	c.output = tp.final
	for i, m := range w.months(tp, c.part[0], key.updated) {
		c.month = m.appendFirstDay(c.month[:0])
		if err := c.row(tp, &tp.months[m.month-1], out, 0, i == 0, key.line, who); err != nil {
			out.Truncate(mark)
			return err
		}
	}
	return nil
}

type yearMonth struct{ year, month int }

// appendFirstDay appends the first day of the month, as a date of FHIR.
func (m yearMonth) appendFirstDay(b []byte) []byte {
	digits := m.year*100 + m.month
	b = append(b, "0000-00-01"...)
	day := b[len(b)-len("0000-00-01"):]
	for _, i := range [...]int{6, 5, 3, 2, 1, 0} {
		day[i] = byte('0' + digits%10)
		digits /= 10
	}
	return b
}

// months lists the months in which the part was in force: by the monthly
// values of the reference year, or where there are none by the period.
func (w *worker) months(tp *tablePlan, letter byte, updated int64) []yearMonth {
	c := &w.claim
	if c.plan.api == schema.V3 {
		w.partialPeriod(tp)
		return w.periodMonths(updated)
	}
	year, err := table.ParseDigits(w.text(c.rec, c.plan.common.year))
	if err != nil || year == 0 {
		return nil
	}
	w.listed = w.listed[:0]
	for month := 1; month <= 12; month++ {
		if c.enrolled(tp.months[month-1].all, letter) {
			w.listed = append(w.listed, yearMonth{year, month})
		}
	}
	return w.listed
}

// enrolled reports whether the values of a month say that the beneficiary had
// the part: the buy-in code for A and B, a contract for C and D.
func (c *claim) enrolled(cols []getter, letter byte) bool {
	for i := range cols {
		v, ok := c.value(&cols[i], 0)
		switch {
		case !ok:
		case cols[i].field.Label == wellknown.BuyInLabel && letter == 'A':
			return strings.Contains("13AC", string(v))
		case cols[i].field.Label == wellknown.BuyInLabel && letter == 'B':
			return strings.Contains("23BC", string(v))
		case cols[i].field.Label == wellknown.ContractLabel:
			return len(v) == 5
		}
	}
	return false
}

// periodMonths lists the last months of a Coverage's period. An open one
// reaches to the update of the Coverage. A start or end without its day, or
// month, includes all that it names, as in all periods of FHIR.
func (w *worker) periodMonths(updated int64) []yearMonth {
	c := &w.claim
	start, ok := table.EarliestDay(w.text(c.rec, c.plan.common.periodStart))
	if !ok || updated == math.MinInt64 {
		return nil
	}
	last := int32(updated / int64(24*time.Hour))
	if end, ok := table.LatestDay(w.text(c.rec, c.plan.common.periodEnd)); ok {
		last = min(last, end)
	}
	y, m, _ := table.Civil(last)
	from, to := monthNumber(start), y*12+m-1
	w.listed = w.listed[:0]
	for n := max(from, to-recentMonths+1); n <= to; n++ {
		w.listed = append(w.listed, yearMonth{n / 12, n%12 + 1})
	}
	return w.listed
}

// openCoverage reports whether a Coverage is in force when it is updated.
func (w *worker) openCoverage(updated int64) bool {
	c := &w.claim
	if string(w.text(c.rec, c.plan.common.status)) == statusCancelled {
		return false
	}
	end, ok := table.LatestDay(w.text(c.rec, c.plan.common.periodEnd))
	return !ok || updated != minTime && int64(end) > updated/int64(24*time.Hour)
}

// monthNumber counts the months, so that those of consecutive months are
// consecutive.
func monthNumber(days int32) int {
	y, m, _ := table.Civil(days)
	return y*12 + m - 1
}
