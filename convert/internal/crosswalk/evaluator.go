package crosswalk

import (
	"bytes"
	"errors"
	"strconv"

	"github.com/cclf-tools/cclf/convert/internal/beneficiary"
	"github.com/cclf-tools/cclf/convert/internal/dedup"
	"github.com/cclf-tools/cclf/internal/bcda"
	"github.com/cclf-tools/cclf/internal/table"
	"github.com/cclf-tools/cclf/ndjson"
	"github.com/cclf-tools/cclf/schema"
)

// An Evaluator evaluates the cells of one resource at a time. Texts that it
// returns are valid until the next call.
type Evaluator struct {
	File []byte // name of the input
	Line int64  // of the resource in the input

	// ClaimType is that of the resource at hand. The caller sets it before it asks
	// for rows, from [Evaluator.FindClaimType] or [Evaluator.PartialClaim].
	ClaimType schema.ClaimType
	// Adjusted are the values of the resource's rows so far that their columns
	// could not hold as they were.
	Adjusted []Adjusted
	// TrimmedMBI is whether the MBI of the resource, of a Patient or in a claim, had white
	// space around it.
	TrimmedMBI bool

	limits *Limits
	plan   *Plan
	rec    *ndjson.Record

	updated   int64 // when the resource was updated, or dedup.NoTime
	joins     joins
	ranking   ranking
	diagnoses diagnoses

	system      []byte           // of a partially adjudicated claim of v2: FISS or MCS
	part, month []byte           // of a month of a Coverage: the letter, and the first day
	chosen      [choiceKinds]int // elements of a Patient, or -1
	mbi         []byte           // of a Patient: the current one

	unknownState bool   // the cell at hand has a state code that the column cannot have
	text         []byte // scratch for escapes
	scratch      []byte // scratch for transforms
}

// An Adjusted value is one that its column could not hold as it was.
type Adjusted struct {
	Output, Col int
	Kind        table.Adjustment
}

// A rowFunc makes the text of a cell from the row, and not from a single value.
// ok is false if there is none.
type rowFunc func(e *Evaluator, s *source, row int) (v []byte, ok bool)

// NewEvaluator returns an evaluator for resources within the limits.
func NewEvaluator(limits *Limits) *Evaluator {
	return &Evaluator{limits: limits, text: make([]byte, 0, 256), scratch: make([]byte, 0, 256), joins: joins{most: limits.References}}
}

// Begin makes rec, which was read with plan, the resource at hand.
func (e *Evaluator) Begin(plan *Plan, rec *ndjson.Record) {
	e.plan, e.rec = plan, rec
	e.joins.begin(rec)
	e.Adjusted, e.TrimmedMBI = e.Adjusted[:0], false
	e.updated = dedup.ParseTime(e.reg(plan.common.updated))
}

// reg returns the text of a register, nil if it is empty.
func (e *Evaluator) reg(reg int) []byte {
	s := e.rec.Reg(reg)
	if s.IsZero() {
		return nil
	}
	return e.rec.Text(e.text, s)
}

// ID returns the id of the resource.
func (e *Evaluator) ID() []byte { return e.reg(e.plan.common.id) }

// BrokenLinks returns how many links of the resource's rows so far lead to elements that
// the resource does not have.
func (e *Evaluator) BrokenLinks() int64 { return e.joins.broken }

// Updated returns when the resource was updated, in nanoseconds since 1970, or
// dedup.NoTime.
func (e *Evaluator) Updated() int64 { return e.updated }

// Status returns the status of the resource, empty if it has none.
func (e *Evaluator) Status() []byte { return e.reg(e.plan.common.status) }

// Beneficiary returns the beneficiary of the resource. ok is false if it names
// none.
func (e *Evaluator) Beneficiary() (id beneficiary.ID, ok bool) {
	return beneficiary.ParseID(e.reg(e.plan.common.patient))
}

// FindClaimType returns the claim type of an ExplanationOfBenefit.
func (e *Evaluator) FindClaimType() schema.ClaimType {
	common := &e.plan.common
	if c := bcda.ParseClaimType(e.reg(common.claimType)); c != schema.UnknownClaim {
		return c
	}
	if c := bcda.ParseClaimTypeNumber(e.reg(common.typeNumber)); c != schema.UnknownClaim {
		return c
	}
	return bcda.ParseClaimTypeKind(e.reg(common.typeKind))
}

// PartialClaim returns the claim type of a Claim or ClaimResponse by the system
// that it comes from, which the rows then show.
func (e *Evaluator) PartialClaim() schema.ClaimType {
	system, typ := bcda.ParseClaimSystem(e.reg(e.plan.common.claimSystem))
	e.system = []byte(system)
	return typ
}

// PartiallyAdjudicated reports whether an ExplanationOfBenefit of v3 is partially
// adjudicated: its system is the shared systems, not the national claims history.
func (e *Evaluator) PartiallyAdjudicated() bool {
	return string(e.reg(e.plan.common.system)) == bcda.SharedSystem
}

// FinalAction reports whether the tag of a claim does not exclude that it is the
// final action. Only v3 has such tags.
func (e *Evaluator) FinalAction() bool {
	return string(e.reg(e.plan.common.finalAction)) != notFinalAction
}

// Replaced reports whether a Patient is merged into another one. Only its id is
// left then.
func (e *Evaluator) Replaced() bool { return len(e.reg(e.plan.common.replacedBy)) > 0 }

// FindDiagnoses applies the rules for diagnoses to a claim, whose ClaimType is
// set.
func (e *Evaluator) FindDiagnoses() { e.diagnoses.find(e.plan, e.rec, e.ClaimType) }

// A Target is where rows of a resource go.
type Target struct {
	Page        *table.Page
	Output      int   // for Adjusted
	Resource    int64 // ordinal of the resource
	Beneficiary beneficiary.ID
}

// Rows appends the resource's rows of a table. When it fails, the page has some
// of the rows, the last one incomplete.
func (e *Evaluator) Rows(tp *TablePlan, to *Target) error {
	n, first := 1, true
	if tp.set >= 0 {
		n = e.rec.Rows(tp.set)
	}
	if n == 0 && tp.Table.AtLeastOne {
		return e.row(tp, &tp.bare, to, 0, true)
	}
	for row := range n {
		if !e.makesRow(tp, row) {
			continue
		}
		if err := e.row(tp, &tp.cells, to, row, first); err != nil {
			return err
		}
		if e.joins.steps > e.joins.most {
			return Reject("more than %d references between its elements", e.joins.most)
		}
		first = false
	}
	return nil
}

// row appends one row. Unless it is the resource's first, it begins as a copy of
// the row before, from which only some cells differ.
func (e *Evaluator) row(tp *TablePlan, cells *rowGetters, to *Target, row int, first bool) error {
	getters := cells.all
	if !first {
		getters = cells.own
	}
	out := to.Page.Add(to.Resource, int64(to.Beneficiary), !first)
	for i := range getters {
		g := &getters[i]
		e.unknownState = false
		v, ok := e.value(g, row)
		if !ok {
			out[g.col] = table.Null
			if e.unknownState {
				e.adjust(to.Output, g.col, table.UnknownCode)
			}
			continue
		}
		if len(v) > e.limits.Text {
			return Reject("%s.%s: a text of more than %d bytes", tp.Table.Name, g.field.Label, e.limits.Text)
		}
		if err := to.Page.Set(out, g.col, v); err != nil {
			kind, adjusted := errors.AsType[table.Adjustment](err)
			if !adjusted {
				return Reject("%s.%s: %v", tp.Table.Name, g.field.Label, err)
			}
			e.adjust(to.Output, g.col, kind)
		}
	}
	return nil
}

// adjust notes that a value was adjusted.
func (e *Evaluator) adjust(output, col int, kind table.Adjustment) {
	e.Adjusted = append(e.Adjusted, Adjusted{output, col, kind})
}

// makesRow reports whether an element of the table's array makes a row.
func (e *Evaluator) makesRow(tp *TablePlan, row int) bool {
	switch tp.Table.Grain {
	case schema.PerDiagnosis:
		return e.diagnoses.kinds[row] != notListed
	case schema.PerIdentifier:
		return e.isFormerMBI(row)
	}
	return true
}

// value evaluates one cell.
func (e *Evaluator) value(g *getter, row int) ([]byte, bool) {
	for i := range g.sources {
		s := &g.sources[i]
		if !s.direct {
			if v, ok := e.fromSource(s, row); ok {
				return v, true
			}
			continue
		}
		var span ndjson.Span
		if s.kind == fromRow {
			span = e.rec.Row(s.rowSet, row)[s.reg]
		} else {
			span = e.rec.Reg(s.reg)
		}
		if span.IsZero() {
			continue
		}
		if v := e.spanText(span); !table.Blank(v) {
			return v, true
		}
	}
	return nil, false
}

func (e *Evaluator) fromSource(s *source, row int) ([]byte, bool) {
	if s.ofRow != nil {
		return s.ofRow(e, s, row)
	}
	switch s.kind {
	case fromMBI:
		return e.mbi, e.mbi != nil
	case fromLiteral:
		return s.literal, true
	}
	v := e.combine(s.combine, e.spans(s, row))
	if table.Blank(v) {
		return nil, false
	}
	if s.fn != nil {
		v = s.fn(e.scratch, v)
		e.unknownState = v == nil && s.isState
	}
	return v, v != nil
}

// spans returns the registers of a source.
func (e *Evaluator) spans(s *source, row int) []ndjson.Span {
	switch s.kind {
	case fromRecord:
		return e.rec.Regs(s.reg, s.count)
	case fromRow:
		if s.firstRow {
			row = 0
		}
		return e.rec.Row(s.rowSet, row)[s.reg : s.reg+s.count]
	case fromJoin:
		return e.joins.joined(s, row)
	case fromReference:
		return e.joins.referred(s)
	case fromDiagnosis:
		if i := e.diagnoses.pick(s.pick); i >= 0 {
			return e.rec.Row(e.plan.diagnoses.set, i)[s.reg : s.reg+1]
		}
	case fromChoice:
		if i := e.chosen[s.choice]; i >= 0 {
			return e.rec.Row(s.rowSet, i)[s.reg : s.reg+s.count]
		}
	}
	return nil
}

// combine makes the text of one value of the registers of a source.
func (e *Evaluator) combine(rule combineRule, spans []ndjson.Span) []byte {
	if len(spans) == 0 || spans[0].IsZero() {
		return nil
	}
	first := e.spanText(spans[0])
	switch rule {
	case onlyValue:
		for _, s := range spans[1:] {
			if !s.IsZero() && !bytes.Equal(e.rec.Text(nil, s), e.rec.Text(nil, spans[0])) {
				return nil
			}
		}
	case concatenate:
		all := append(e.text[:0], first...)
		for _, s := range spans[1:] {
			if !s.IsZero() {
				all = append(all, e.rec.Text(nil, s)...)
			}
		}
		e.text = all
		return all
	}
	return first
}

// spanText returns the text of a value: a string decoded, anything else as it is
// in the line, but a number without a fraction of zeros.
func (e *Evaluator) spanText(s ndjson.Span) []byte {
	if s.Escaped() {
		e.text = e.rec.Text(e.text, s)
		return e.text
	}
	v := s.Raw(e.rec.Line)
	if !s.IsString() {
		return wholeNumber(v)
	}
	return v
}

// wholeNumber returns the text of a whole number without a fraction or an exponent: 1.0
// and 10e-1 are 1.
func wholeNumber(v []byte) []byte {
	if len(v) < len("1.0") {
		return v
	}
	for _, c := range v {
		if c == 'e' || c == 'E' {
			return withoutExponent(v)
		}
	}
	return withoutFraction(v)
}

func withoutExponent(v []byte) []byte {
	n, err := table.ParseInt(v)
	if err != nil {
		return v
	}
	return strconv.AppendInt(nil, n, 10)
}

func withoutFraction(v []byte) []byte {
	if i := bytes.IndexByte(v, '.'); i >= 0 && len(bytes.TrimRight(v[i+1:], "0")) == 0 {
		return v[:i]
	}
	return v
}

// JSON returns the text of the resource.
func (e *Evaluator) JSON() []byte { return e.rec.Line }
