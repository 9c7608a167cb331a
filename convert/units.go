package convert

import (
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/decimal128"

	"github.com/cclf-tools/cclf/internal/table"
	"github.com/cclf-tools/cclf/internal/wellknown"
	"github.com/cclf-tools/cclf/schema"
)

// The server of v2 leaves out the unit count of a revenue line that is zero. One
// of before May 23, 2022 sent none at all. Which of them sent a claim does not
// show in the claim itself, unless it has a count or was updated since; other
// claims of the same run may tell.

// unitsSent is the day from which the server sent unit counts.
var unitsSent = time.Date(2022, time.May, 23, 0, 0, 0, 0, time.UTC).UnixNano()

var zero = []byte("0")

// omitsZeros reports whether a value that a row lacks is surely a zero that
// the server left out.
func (c *claim) omitsZeros(s *source) bool {
	if c.updated == minTime || c.updated >= unitsSent {
		return true
	}
	for i := range c.rec.Rows(s.rowSet) {
		if !c.rec.Row(s.rowSet, i)[s.reg].IsZero() {
			return true
		}
	}
	return false
}

// noteUnits looks whether rows have unit counts that are known.
func (r *run) noteUnits(p outputPage) {
	if o := &outputs[p.output]; o.table.File == "CCLF2" && !o.partial {
		r.units = r.units || p.page.HasValues(o.table.Index(wellknown.RevenueUnitsLabel))
	}
}

// unitsKnown reports whether the server of the run sent unit counts, so that
// all that are missing are zero. Those that v1 does not send are not.
func (r *run) unitsKnown() bool {
	return !r.apis[schema.V1] && (r.units || r.newest >= unitsSent)
}

// fillZeros puts zeros in the place of unit counts that are missing, if they
// are known to be zero.
func (t *tableWriter) fillZeros(field *schema.Field, col arrow.Array) arrow.Array {
	if col.NullN() == 0 || t.spill.out.partial || !t.run.unitsKnown() {
		col.Retain()
		return col
	}
	old, filled := col.(*array.Decimal128), table.NewColumn(field)
	for i := range old.Len() {
		v := decimal128.Num{}
		if old.IsValid(i) {
			v = old.Value(i)
		}
		filled.AppendDecimal(v)
	}
	return filled.Array()
}
