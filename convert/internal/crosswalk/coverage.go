package crosswalk

import (
	"bytes"
	"errors"
	"strconv"
	"strings"

	"github.com/cclf-tools/cclf/convert/internal/beneficiary"
	"github.com/cclf-tools/cclf/convert/internal/dedup"
	"github.com/cclf-tools/cclf/internal/table"
	"github.com/cclf-tools/cclf/internal/wellknown"
	"github.com/cclf-tools/cclf/schema"
)

// RecentMonths is the number of months for which rows are made of a Coverage
// that shows only its period.
const RecentMonths = 36

// CoverageUpdate returns what a Coverage says about its beneficiary. A retracted
// one has no values, and takes back those of its earlier versions.
func (e *Evaluator) CoverageUpdate(id beneficiary.ID, retracted bool) (beneficiary.Update, error) {
	u := beneficiary.Update{
		ID: id, Rank: e.updated,
		Part: beneficiary.ParsePart(e.reg(e.plan.common.part)),
		Open: e.isOpen(),
	}
	if year, err := strconv.ParseInt(string(e.reg(e.plan.common.year)), 10, 16); err == nil {
		u.Year = int16(year)
	}
	if retracted {
		return u, nil
	}
	return u, e.summaryValues(&u)
}

// isOpen reports whether a Coverage is active at the time of its update.
func (e *Evaluator) isOpen() bool {
	if string(e.Status()) == StatusCancelled {
		return false
	}
	end, ok := table.LatestDay(e.reg(e.plan.common.periodEnd))
	return !ok || e.updated != dedup.NoTime && int64(end) > dedup.Day(e.updated)
}

// HasMonths reports whether a Coverage is of a part of Medicare, so that it has
// months of enrollment.
func (e *Evaluator) HasMonths() bool {
	letter, ok := bytes.CutPrefix(e.reg(e.plan.common.part), []byte("Part "))
	e.part = append(e.part[:0], letter...)
	return ok && len(letter) == 1
}

// MonthRows appends a row for each month of enrollment of a Coverage, for which
// HasMonths was called. When it fails, the page has some of the rows.
func (e *Evaluator) MonthRows(tp *TablePlan, to *Target) error {
	for i, m := range e.listMonths(tp, to.Output) {
		e.month = m.appendFirstDay(e.month[:0])
		if err := e.row(tp, &tp.months[m.month-1], to, 0, i == 0); err != nil {
			return err
		}
	}
	return nil
}

// A yearMonth is a month, from 1, of a year.
type yearMonth struct{ year, month int }

// appendFirstDay appends the first day of the month, as a FHIR date.
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

// listMonths lists the months in which the beneficiary was enrolled: by the
// monthly values of the reference year, or by the period if there are none.
func (e *Evaluator) listMonths(tp *TablePlan, output int) []yearMonth {
	e.months = e.months[:0]
	if e.plan.API == schema.V3 {
		e.notePartialPeriod(tp, output)
		e.listPeriod()
		return e.months
	}
	year, err := table.ParseDigits(e.reg(e.plan.common.year))
	if err != nil || year == 0 {
		return nil
	}
	for month := 1; month <= 12; month++ {
		if e.enrolled(tp.months[month-1].all) {
			e.months = append(e.months, yearMonth{year, month})
		}
	}
	return e.months
}

// enrolled reports whether the values of a month show that the beneficiary had
// the part: the buy-in code for A and B, a contract for C and D.
func (e *Evaluator) enrolled(cols []getter) bool {
	letter := e.part[0]
	for i := range cols {
		v, ok := e.value(&cols[i], 0)
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

// listPeriod lists the last months of a Coverage's period. An open period ends
// with the update of the Coverage. As in all periods of FHIR, a start or end
// without its day or month includes all of the month or year.
func (e *Evaluator) listPeriod() {
	start, ok := table.EarliestDay(e.reg(e.plan.common.periodStart))
	if !ok || e.updated == dedup.NoTime {
		return
	}
	last := int32(dedup.Day(e.updated))
	if end, ok := table.LatestDay(e.reg(e.plan.common.periodEnd)); ok {
		last = min(last, end)
	}
	from, to := table.Month(start), table.Month(last)
	for n := max(from, to-RecentMonths+1); n <= to; n++ {
		e.months = append(e.months, yearMonth{n / 12, n%12 + 1})
	}
}

// notePartialPeriod notes which ends of the period of a Coverage are dates
// without their days. The months of enrollment depend on them.
func (e *Evaluator) notePartialPeriod(tp *TablePlan, output int) {
	for _, reg := range []int{e.plan.common.periodStart, e.plan.common.periodEnd} {
		if _, _, err := table.ParseDate(e.reg(reg)); errors.Is(err, table.PartialDate) {
			e.adjust(output, tp.Table.Index(wellknown.MonthLabel), table.PartialDate)
		}
	}
}
