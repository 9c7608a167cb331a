package convert

import (
	"bytes"
	"fmt"
	"iter"

	"github.com/cclf-tools/cclf/ndjson"
	"github.com/cclf-tools/cclf/schema"
)

const (
	eobType      = "ExplanationOfBenefit"
	patientType  = "Patient"
	coverageType = "Coverage"
)

// A claim is the resource whose rows are being made.
type claim struct {
	plan *plan
	rec  *ndjson.Record
	typ  schema.ClaimType
	dx   diagnoses

	mbi     []byte // of a Patient: the current identifier
	text    []byte // scratch for escapes
	scratch []byte // scratch for transforms
}

// A rejection is the reason why a line gives no rows.
type rejection struct{ reason string }

func (r *rejection) Error() string { return r.reason }

func reject(format string, args ...any) error {
	return &rejection{fmt.Sprintf(format, args...)}
}

// rows appends the rows that the resource has in a table to a page.
func (c *claim) rows(tp *tablePlan, out *page, line int64, who personID) error {
	n := 1
	if tp.set >= 0 {
		n = c.rec.Rows(tp.set)
	}
	for row := range n {
		if !c.wanted(tp, row) {
			continue
		}
		for i := range tp.cols {
			v, ok := c.value(&tp.cols[i], row)
			if err := out.cols[i].append(v, ok); err != nil {
				return reject("%s.%s: %v", tp.table.File, tp.cols[i].field.Label, err)
			}
		}
		out.lines.appendInt(line)
		out.people.appendInt(int64(who))
	}
	return nil
}

// wanted tells elements that make a row from those that do not.
func (c *claim) wanted(tp *tablePlan, row int) bool {
	switch tp.table.Grain {
	case schema.PerDiagnosis:
		return c.dx.kinds[row] != notListed
	case schema.PerIdentifier:
		if !c.plan.has(c.rec.Marks(tp.set, row), "mbi") {
			return false
		}
		value := c.rec.Row(tp.set, row)[c.plan.mbi.value].Raw(c.rec.Line)
		return len(value) > 0 && !bytes.Equal(value, c.mbi)
	}
	return true
}

// value evaluates one cell.
func (c *claim) value(g *getter, row int) ([]byte, bool) {
	for i := range g.sources {
		if v, ok := c.fromSource(&g.sources[i], row); ok {
			return v, true
		}
	}
	return nil, false
}

func (c *claim) fromSource(s *source, row int) ([]byte, bool) {
	if s.rowFn != nil {
		return s.rowFn(c, row), true
	}
	var span ndjson.Span
	switch s.kind {
	case fromRecord:
		span = c.rec.Reg(s.reg)
	case fromRow:
		span = c.rec.Row(s.rowSet, row)[s.reg]
	case fromJoin:
		span = c.joined(s, row)
	case fromRole:
		if i := c.dx.pick(s.pick); i >= 0 {
			span = c.rec.Row(c.plan.diagnose.set, i)[s.reg]
		}
	case fromMBI:
		return c.mbi, c.mbi != nil
	case fromLiteral:
		return s.literal, true
	}
	if span.IsZero() {
		return nil, false
	}
	v := c.spanText(span)
	if blank(v) {
		return nil, false
	}
	if s.fn != nil {
		v = s.fn(c.scratch, v)
	}
	return v, v != nil
}

// spanText returns the text of a value: a string decoded, anything else as it
// stands, but a number without a fraction of zeros.
func (c *claim) spanText(s ndjson.Span) []byte {
	if s.Escaped() {
		c.text = c.rec.Text(c.text, s)
		return c.text
	}
	v := s.Raw(c.rec.Line)
	if !s.IsString() {
		if i := bytes.IndexByte(v, '.'); i >= 0 && len(bytes.TrimRight(v[i+1:], "0")) == 0 {
			return v[:i]
		}
	}
	return v
}

// joined finds the elements that the row refers to, in the order in which the
// row lists them, and returns the value of the first that has one.
func (c *claim) joined(s *source, row int) ndjson.Span {
	list := c.rec.Row(s.rowSet, row)[s.join.list]
	if list.IsZero() {
		return ndjson.Span{}
	}
	for number := range numbersIn(list.Raw(c.rec.Line)) {
		for i := range c.rec.Rows(s.join.set) {
			other := c.rec.Row(s.join.set, i)
			if other[s.reg].IsZero() || !bytes.Equal(other[s.join.key].Raw(c.rec.Line), number) ||
				!c.rec.Marks(s.join.set, i).Has(s.join.need) {
				continue
			}
			if s.count > 1 && c.differ(other[s.reg:s.reg+s.count]) {
				return ndjson.Span{}
			}
			return other[s.reg]
		}
	}
	return ndjson.Span{}
}

// differ reports whether the spans hold more than one distinct value.
func (c *claim) differ(spans []ndjson.Span) bool {
	for _, s := range spans[1:] {
		if !s.IsZero() && !bytes.Equal(s.Raw(c.rec.Line), spans[0].Raw(c.rec.Line)) {
			return true
		}
	}
	return false
}

// numbersIn yields the numbers in the JSON text of an array of numbers, or of
// a single one.
func numbersIn(list []byte) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		for len(list) > 0 {
			i := 0
			for i < len(list) && isNumberByte(list[i]) {
				i++
			}
			if i > 0 && !yield(list[:i]) {
				return
			}
			for i < len(list) && !isNumberByte(list[i]) {
				i++
			}
			list = list[i:]
		}
	}
}

func isNumberByte(c byte) bool { return c >= '0' && c <= '9' || c == '-' || c == '.' }

// currentMBI finds the identifier that is marked as the current MBI, or else
// the only MBI that has no end, or the only one there is.
func (c *claim) currentMBI() []byte {
	m := &c.plan.mbi
	if m.set < 0 {
		return nil
	}
	var open, any []byte
	opens, all := 0, 0
	for i := range c.rec.Rows(m.set) {
		marks := c.rec.Marks(m.set, i)
		row := c.rec.Row(m.set, i)
		if !c.plan.has(marks, "mbi") || row[m.value].IsZero() {
			continue
		}
		value := row[m.value].Raw(c.rec.Line)
		if blank(value) {
			continue
		}
		if c.plan.has(marks, "current") {
			return value
		}
		any = value
		all++
		if row[m.end].IsZero() {
			open = value
			opens++
		}
	}
	switch {
	case opens == 1:
		return open
	case all == 1:
		return any
	}
	return nil
}
