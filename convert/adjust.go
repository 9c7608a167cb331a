package convert

import (
	"errors"
	"maps"

	"github.com/cclf-tools/cclf/internal/table"
	"github.com/cclf-tools/cclf/internal/wellknown"
)

// An adjustedColumn is a column of an output, and what became of values of it.
type adjustedColumn struct {
	output, col int
	kind        table.Adjustment
}

// An adjustedCount counts the values that columns could not hold as they were,
// by column. A value that all rows of a resource share counts once.
type adjustedCount map[adjustedColumn]int64

// add returns the counts with those of another.
func (a adjustedCount) add(b adjustedCount) adjustedCount {
	if a == nil {
		return maps.Clone(b)
	}
	for k, n := range b {
		a[k] += n
	}
	return a
}

// one returns the counts with one more value.
func (a adjustedCount) one(k adjustedColumn) adjustedCount {
	if a == nil {
		a = adjustedCount{}
	}
	a[k]++
	return a
}

// byName returns the counts of one kind by table and column, such as
// "cclf1.CLM_FROM_DT", nil if there are none.
func (a adjustedCount) byName(outputs []output, kind table.Adjustment) map[string]int64 {
	var named map[string]int64
	for k, n := range a {
		if k.kind != kind {
			continue
		}
		if named == nil {
			named = map[string]int64{}
		}
		o := &outputs[k.output]
		named[o.dir+"."+o.table.Fields[k.col].Label] += n
	}
	return named
}

// adjust notes that a value of the resource at hand was adjusted.
func (c *claim) adjust(output, col int, kind table.Adjustment) {
	c.adjusted = append(c.adjusted, adjustedColumn{output, col, kind})
}

// partialPeriod notes which ends of the period of a Coverage are dates without
// their days. The months of enrollment depend on them.
func (w *worker) partialPeriod(tp *tablePlan) {
	c := &w.claim
	for _, reg := range []int{c.plan.common.periodStart, c.plan.common.periodEnd} {
		if _, _, err := table.ParseDate(w.text(c.rec, reg)); errors.Is(err, table.PartialDate) {
			c.adjust(tp.final, tp.table.Index(wellknown.MonthLabel), table.PartialDate)
		}
	}
}
