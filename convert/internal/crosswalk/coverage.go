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

// CoverageUpdate returns what a Coverage says about its beneficiary. A retracted
// one has no values, and takes back those of its earlier versions.
func (e *Evaluator) CoverageUpdate(id beneficiary.ID, retracted bool) (beneficiary.Update, error) {
	u := beneficiary.Update{
		ID: id, Rank: e.updated,
		Part:       beneficiary.ParsePart(e.reg(e.plan.common.part)),
		Enrollment: e.enrollment(retracted),
	}
	if year, err := strconv.ParseInt(string(e.reg(e.plan.common.year)), 10, 16); err == nil {
		u.Year = int16(year)
	}
	if retracted {
		return u, nil
	}
	return u, e.summaryValues(&u)
}

// enrollment returns what a Coverage says about the months of its part, except the
// codes by month, which MonthRows adds.
func (e *Evaluator) enrollment(retracted bool) beneficiary.Enrollment {
	x := beneficiary.Enrollment{
		SpanOnly: e.plan.API == schema.V3, Retracted: retracted,
		Active: string(e.Status()) != StatusCancelled,
		Start:  beneficiary.NoStart, End: beneficiary.NoEnd,
	}
	if e.HasMonths() {
		x.Letter = e.part[0]
	}
	if start, ok := table.EarliestDay(e.reg(e.plan.common.periodStart)); ok {
		x.Start = table.Month(start)
	}
	if end, ok := table.LatestDay(e.reg(e.plan.common.periodEnd)); ok {
		x.End = table.Month(end)
		x.Ended = e.updated != dedup.NoTime && int64(end) < dedup.Day(e.updated)
	}
	return x
}

// HasMonths reports whether a Coverage is of a part of Medicare, so that it has
// months of enrollment.
func (e *Evaluator) HasMonths() bool {
	letter, ok := bytes.CutPrefix(e.reg(e.plan.common.part), []byte("Part "))
	e.part = append(e.part[:0], letter...)
	return ok && len(letter) == 1
}

// MonthRows appends the rows of a Coverage, for which HasMonths was called: first
// one without a month, which stands for the months that its period implies, then
// one for each month of the reference year in which the beneficiary was enrolled.
// It notes in x which months have a code. When it fails, the page has some of the
// rows.
func (e *Evaluator) MonthRows(tp *TablePlan, to *Target, x *beneficiary.Enrollment) error {
	if x.SpanOnly {
		e.notePartialPeriod(tp, to.Output)
	}
	e.month = e.month[:0]
	if err := e.row(tp, &tp.period, to, 0, true); err != nil || x.SpanOnly {
		return err
	}
	year, err := table.ParseDigits(e.reg(e.plan.common.year))
	if err != nil || year == 0 {
		return nil
	}
	for month := range 12 {
		coded, enrolled := e.enrolled(tp.months[month].all)
		if coded {
			x.Coded |= 1 << month
		}
		if !enrolled {
			continue
		}
		x.Enrolled |= 1 << month
		e.month = table.AppendDate(e.month[:0], table.CivilDays(year, month+1, 1))
		if err := e.row(tp, &tp.months[month], to, 0, false); err != nil {
			return err
		}
	}
	return nil
}

// enrolled reports whether a month has a code, and whether it shows that the
// beneficiary had the part: the buy-in code for A and B, a contract for C and D.
func (e *Evaluator) enrolled(cols []getter) (coded, enrolled bool) {
	letter := e.part[0]
	for i := range cols {
		v, ok := e.value(&cols[i], 0)
		switch {
		case !ok:
		case cols[i].field.Label == wellknown.BuyInLabel && letter == 'A':
			return true, strings.Contains("13AC", string(v))
		case cols[i].field.Label == wellknown.BuyInLabel && letter == 'B':
			return true, strings.Contains("23BC", string(v))
		case cols[i].field.Label == wellknown.ContractLabel:
			return true, len(v) == 5
		}
	}
	return false, false
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
