package convert

import (
	"errors"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/decimal128"

	"github.com/cclf-tools/cclf/convert/internal/beneficiary"
	"github.com/cclf-tools/cclf/convert/internal/crosswalk"
	"github.com/cclf-tools/cclf/convert/internal/dedup"
	"github.com/cclf-tools/cclf/internal/table"
	"github.com/cclf-tools/cclf/internal/wellknown"
	"github.com/cclf-tools/cclf/schema"
)

// fill makes a deferred column for the rows of a batch. The caller owns it.
func (t *tableMerge) fill(d crosswalk.Deferred, cols []arrow.Array, beneficiaries []int64) arrow.Array {
	field := &t.spill.out.table.Fields[d.Col]
	switch {
	case d.Kind == crosswalk.DeferredZero:
		return t.fillZeros(field, cols[d.Col])
	case d.Kind == crosswalk.DeferredAge:
		return t.fillAges(field, cols, len(beneficiaries))
	case field.Kind == schema.Text:
		return t.fillTexts(d, field, cols, beneficiaries)
	}
	col := table.NewColumn(field)
	for _, id := range beneficiaries {
		err := col.Append(t.run.beneficiaries.Value(beneficiary.ID(id), d.Index, d.From))
		if kind, adjusted := errors.AsType[table.Adjustment](err); adjusted {
			t.adjusted = t.adjusted.add(crosswalk.Adjusted{Output: t.output, Col: d.Col, Kind: kind}, 1)
		} else if err != nil {
			col.AppendNull() // a bad date of a Coverage: the beneficiary's row stays
		}
	}
	return col.Array()
}

// fillTexts makes a deferred column of texts. Rows of one beneficiary are usually
// adjacent.
func (t *tableMerge) fillTexts(d crosswalk.Deferred, field *schema.Field, cols []arrow.Array, beneficiaries []int64) arrow.Array {
	known := t.run.beneficiaries
	col := table.NewDictColumn(field)
	col.Grow(len(beneficiaries))
	own := table.TextsOf(cols[d.Col]) // of the row itself
	var found []byte                  // of the beneficiary
	for i, id := range beneficiaries {
		if i == 0 || id != beneficiaries[i-1] {
			switch d.Kind {
			case crosswalk.DeferredMBI:
				found = known.MBI(beneficiary.ID(id))
			case crosswalk.DeferredValue:
				found = known.Value(beneficiary.ID(id), d.Index, d.From)
			}
		}
		v := found
		switch {
		case d.Kind == crosswalk.DeferredSuccessor:
			v = known.CurrentMBI(own.BytesOrNil(i))
		case d.Kind == crosswalk.DeferredMBI && len(found) == 0:
			// A partially adjudicated claim of v2 has the MBI itself.
			v = own.BytesOrNil(i)
		}
		col.AppendWord(v)
	}
	return col.Array()
}

// fillZeros replaces missing unit counts by zeros, if the server sent unit counts.
func (t *tableMerge) fillZeros(field *schema.Field, col arrow.Array) arrow.Array {
	if col.NullN() == 0 || t.spill.out.partial || !t.run.sentUnits() {
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

// sentUnits reports whether the server sent unit counts, except those that are
// zero. That of v1 sends none.
func (r *run) sentUnits() bool {
	return !r.apis[schema.V1] && (r.units || r.newest >= crosswalk.UnitsSent)
}

// fillAges makes a column of ages, in whole years, when the export was made or at
// death.
func (t *tableMerge) fillAges(field *schema.Field, cols []arrow.Array, rows int) arrow.Array {
	births, deaths := t.dates(cols, wellknown.BirthLabel), t.dates(cols, wellknown.DeathLabel)
	col := table.NewColumn(field)
	for i := range rows {
		end, ok := int32(0), false
		switch {
		case deaths != nil && deaths.IsValid(i):
			end, ok = int32(deaths.Value(i)), true
		case t.run.newest != dedup.NoTime:
			end, ok = int32(dedup.Day(t.run.newest)), true
		}
		if !ok || births == nil || births.IsNull(i) {
			col.AppendNull()
			continue
		}
		if age := age(int32(births.Value(i)), end); age >= 0 {
			col.AppendInt(age)
		} else {
			col.AppendNull()
		}
	}
	return col.Array()
}

// dates returns the column with a label, or nil.
func (t *tableMerge) dates(cols []arrow.Array, label string) *array.Date32 {
	if i := t.spill.out.table.Index(label); i >= 0 {
		return cols[i].(*array.Date32)
	}
	return nil
}

// age returns the whole years between two days. It is negative if end comes before
// birth.
func age(birth, end int32) int64 {
	by, bm, bd := table.Civil(birth)
	ey, em, ed := table.Civil(end)
	age := int64(ey - by)
	if em < bm || em == bm && ed < bd {
		age--
	}
	return age
}
