package convert

import (
	"bytes"
	"errors"
	"fmt"
	"iter"
	"math"
	"slices"

	"github.com/cclf-tools/cclf/internal/bcda"
	"github.com/cclf-tools/cclf/internal/table"
	"github.com/cclf-tools/cclf/ndjson"
	"github.com/cclf-tools/cclf/schema"
)

const (
	eobType      = "ExplanationOfBenefit"
	patientType  = "Patient"
	coverageType = "Coverage"
	claimType    = "Claim"
	responseType = "ClaimResponse"
	priorType    = "prior authorization" // an ExplanationOfBenefit of that use

	// The codes of FHIR for the status of a claim or Coverage.
	statusActive         = "active"
	statusCancelled      = "cancelled"
	statusDraft          = "draft"
	statusEnteredInError = "entered-in-error"

	tagNotFinal = "NotFinalAction" // tag of an EOB of v3

)

// A claim is the resource whose rows are being made.
type claim struct {
	plan *plan
	rec  *ndjson.Record
	typ  schema.ClaimType
	dx   diagnoses
	file []byte // where the resource stands
	line int64

	limits *limits

	unknownState bool        // the cell at hand has a state code that the column cannot have
	steps        int         // taken for joins of the resource
	serial       int64       // of the resource, among those of the worker
	numberings   []numbering // by row set
	listing      listing     // the last one
	ranking      ranking     // the last one

	system      []byte // of a partially adjudicated claim of v2: FISS or MCS
	part, month []byte // of a month of a Coverage: the letter, and the first day

	chosen   [choiceKinds]int // of a Patient: the elements that are taken, or -1
	mbi      []byte           // of a Patient: the current identifier
	updated  int64            // of the resource
	output   int              // that a row is made for
	adjusted []adjustedColumn // of the rows so far

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
func (c *claim) rows(tp *tablePlan, out *table.Page, line int64, who personID) error {
	n, first := 1, true
	if tp.set >= 0 {
		n = c.rec.Rows(tp.set)
	}
	if n == 0 && tp.table.AtLeastOne {
		return c.row(tp, &tp.bare, out, 0, true, line, who)
	}
	for row := range n {
		if !c.wanted(tp, row) {
			continue
		}
		if err := c.row(tp, &tp.cells, out, row, first, line, who); err != nil {
			return err
		}
		if c.steps > c.limits.steps {
			return reject("more than %d references between its elements", c.limits.steps)
		}
		first = false
	}
	return nil
}

// row appends one row to a page. Unless it is the resource's first, what all
// its rows have in common is that of the row before. When it fails, the page
// has a part of the row.
func (c *claim) row(tp *tablePlan, cells *rowGetters, out *table.Page, row int, first bool, line int64, who personID) error {
	getters := cells.all
	if !first {
		getters = cells.own
	}
	to := out.Add(line, int64(who), !first)
	for i := range getters {
		g := &getters[i]
		c.unknownState = false
		v, ok := c.value(g, row)
		if !ok {
			to[g.col] = table.Null
			if c.unknownState {
				c.adjust(c.output, g.col, table.UnknownCode)
			}
			continue
		}
		if len(v) > c.limits.text {
			return reject("%s.%s: a text of more than %d bytes", tp.table.Name, g.field.Label, c.limits.text)
		}
		if err := out.Set(to, g.col, v); err != nil {
			kind, adjusted := errors.AsType[table.Adjustment](err)
			if !adjusted {
				return reject("%s.%s: %v", tp.table.Name, g.field.Label, err)
			}
			c.adjust(c.output, g.col, kind)
		}
	}
	return nil
}

// wanted tells elements that make a row from those that do not.
func (c *claim) wanted(tp *tablePlan, row int) bool {
	switch tp.table.Grain {
	case schema.PerDiagnosis:
		return c.dx.kinds[row] != notListed
	case schema.PerIdentifier:
		if !c.plan.has(c.rec.Marks(tp.set, row), bcda.RoleMBI) {
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
		s := &g.sources[i]
		if !s.direct {
			if v, ok := c.fromSource(s, row); ok {
				return v, true
			}
			continue
		}
		var span ndjson.Span
		if s.kind == fromRow {
			span = c.rec.Row(s.rowSet, row)[s.reg]
		} else {
			span = c.rec.Reg(s.reg)
		}
		if span.IsZero() {
			continue
		}
		if v := c.spanText(span); !table.Blank(v) {
			return v, true
		}
	}
	return nil, false
}

func (c *claim) fromSource(s *source, row int) ([]byte, bool) {
	if s.rowFn != nil {
		return s.rowFn(c, row), true
	}
	var spans []ndjson.Span
	switch s.kind {
	case fromRecord:
		spans = c.rec.Regs(s.reg, s.count)
	case fromRow:
		switch s.gather {
		case gatherNumber:
			return c.number(s, row), true
		case gatherOmittedZero:
			return zero, c.omitsZeros(s)
		}
		if s.firstRow {
			row = 0
		}
		spans = c.rec.Row(s.rowSet, row)[s.reg : s.reg+s.count]
	case fromJoin:
		spans = c.joined(s, row)
	case fromReference:
		spans = c.referred(s)
	case fromRole:
		if i := c.dx.pick(s.pick); i >= 0 {
			spans = c.rec.Row(c.plan.diagnose.set, i)[s.reg : s.reg+1]
		}
	case fromChoice:
		if i := c.chosen[s.choice]; i >= 0 {
			spans = c.rec.Row(s.rowSet, i)[s.reg : s.reg+s.count]
		}
	case fromMBI:
		return c.mbi, c.mbi != nil
	case fromLiteral:
		return s.literal, true
	}
	v := c.gather(s.gather, spans)
	if table.Blank(v) {
		return nil, false
	}
	if s.fn != nil {
		v = s.fn(c.scratch, v)
		c.unknownState = v == nil && s.state
	}
	return v, v != nil
}

// gather makes the text of one value of the registers of a source.
func (c *claim) gather(rule gatherRule, spans []ndjson.Span) []byte {
	if len(spans) == 0 || spans[0].IsZero() {
		return nil
	}
	first := c.spanText(spans[0])
	switch rule {
	case gatherOnly:
		for _, s := range spans[1:] {
			if !s.IsZero() && !bytes.Equal(s.Raw(c.rec.Line), spans[0].Raw(c.rec.Line)) {
				return nil
			}
		}
	case gatherConcat:
		all := append(c.text[:0], first...)
		for _, s := range spans[1:] {
			if !s.IsZero() {
				all = append(all, s.Raw(c.rec.Line)...)
			}
		}
		c.text = all
		return all
	}
	return first
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
// row lists them, and returns the registers of the n-th that has a value.
func (c *claim) joined(s *source, row int) []ndjson.Span {
	list := c.rec.Row(s.rowSet, row)[s.join.list]
	if list.IsZero() {
		return nil
	}
	n, places := s.nth, c.numbered(s)
	for _, i := range c.listed(list, places) {
		for ; i >= 0; i = places.next[i] {
			c.steps++
			if !c.meets(s, int(i)) {
				continue
			}
			if n--; n == 0 {
				return c.rec.Row(s.join.set, int(i))[s.reg : s.reg+s.count]
			}
		}
	}
	return nil
}

// A listing is the places of the first elements that each of a list of numbers
// names, or -1. Several cells of a row join by the same list.
type listing struct {
	list   ndjson.Span
	of     *numbering
	serial int64 // of the resource
	places []int32
}

func (c *claim) listed(list ndjson.Span, m *numbering) []int32 {
	l := &c.listing
	if l.list == list && l.of == m && l.serial == c.serial {
		return l.places
	}
	l.list, l.of, l.serial, l.places = list, m, c.serial, l.places[:0]
	for number := range numbersIn(list.Raw(c.rec.Line)) {
		c.steps++
		if c.steps > c.limits.steps {
			break // the resource will be rejected
		}
		l.places = append(l.places, m.find(number))
	}
	return l.places
}

// numbering tells which elements of an array have which number.
type numbering struct {
	resource int64            // that it is of
	small    bool             // all elements have small numbers
	first    []int32          // element by number, or -1
	other    map[string]int32 // element by the text of its number, unless all are small
	next     []int32          // the next element of the same number, or -1
}

// mostNumber is the largest number for which there is a place.
const mostNumber = 1 << 12

// numbered returns the numbering of the elements that a source joins.
func (c *claim) numbered(s *source) *numbering {
	for len(c.numberings) <= s.join.set {
		c.numberings = append(c.numberings, numbering{resource: -1})
	}
	m := &c.numberings[s.join.set]
	if m.resource != c.serial {
		m.resource = c.serial
		if m.small = c.makeNumbering(s, m); !m.small {
			c.indexNumbers(s, m)
		}
	}
	return m
}

// makeNumbering numbers the elements that a source joins, unless one has
// no small number.
func (c *claim) makeNumbering(s *source, m *numbering) bool {
	n := c.rec.Rows(s.join.set)
	m.first, m.next = m.first[:0], slices.Grow(m.next[:0], n)[:n]
	for i := n - 1; i >= 0; i-- {
		number := smallNumber(c.rec.Row(s.join.set, i)[s.join.key].Raw(c.rec.Line))
		if number < 0 {
			return false
		}
		for number >= len(m.first) {
			m.first = append(m.first, -1)
		}
		m.first[number], m.next[i] = int32(i), m.first[number]
	}
	return true
}

// indexNumbers is makeNumbering for numbers of any size, and none.
func (c *claim) indexNumbers(s *source, m *numbering) {
	if m.other == nil {
		m.other = map[string]int32{}
	}
	clear(m.other)
	for i := len(m.next) - 1; i >= 0; i-- {
		key := c.rec.Row(s.join.set, i)[s.join.key].Raw(c.rec.Line)
		m.next[i] = -1
		if after, known := m.other[string(key)]; known {
			m.next[i] = after
		}
		m.other[string(key)] = int32(i)
	}
}

// find returns the first element with a number, or -1.
func (m *numbering) find(number []byte) int32 {
	if !m.small {
		if i, known := m.other[string(number)]; known {
			return i
		}
		return -1
	}
	n := smallNumber(number)
	if n < 0 || n >= len(m.first) {
		return -1
	}
	return m.first[n]
}

// smallNumber is the number that a text of nothing but digits stands for, or -1
// when that is a large one.
func smallNumber(text []byte) int {
	n := 0
	for _, d := range text {
		if d < '0' || d > '9' || n > mostNumber {
			return -1
		}
		n = 10*n + int(d-'0')
	}
	if len(text) == 0 || n > mostNumber {
		return -1
	}
	return n
}

// referred finds the element that a reference of the record, "#id", names.
func (c *claim) referred(s *source) []ndjson.Span {
	ref := c.rec.Reg(s.join.list)
	if ref.IsZero() {
		return nil
	}
	id := bytes.TrimPrefix(ref.Raw(c.rec.Line), []byte("#"))
	for i := range c.rec.Rows(s.join.set) {
		c.steps++
		if c.matches(s, i, id) {
			return c.rec.Row(s.join.set, i)[s.reg : s.reg+s.count]
		}
	}
	return nil
}

// matches reports whether an element has a key, meets the conditions of a
// join, and has a value.
func (c *claim) matches(s *source, i int, key []byte) bool {
	return bytes.Equal(c.rec.Row(s.join.set, i)[s.join.key].Raw(c.rec.Line), key) && c.meets(s, i)
}

// meets is matches whatever the key.
func (c *claim) meets(s *source, i int) bool {
	return !c.rec.Row(s.join.set, i)[s.reg].IsZero() && c.rec.Marks(s.join.set, i).Has(s.join.need)
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

// patientUpdate is what a Patient says of a beneficiary: the MBIs.
func (c *claim) patientUpdate(who personID, updated int64) personUpdate {
	u := personUpdate{id: who, rank: updated, isPatient: true}
	if copy(u.mbi[:], c.mbi) == 0 {
		return u
	}
	m := &c.plan.mbi
	for i := range c.rec.Rows(m.set) {
		var former mbi
		value := c.rec.Row(m.set, i)[m.value].Raw(c.rec.Line)
		if c.plan.has(c.rec.Marks(m.set, i), bcda.RoleMBI) && len(value) > 0 && len(value) <= len(former) && !bytes.Equal(value, c.mbi) {
			copy(former[:], value)
			u.former = append(u.former, former)
		}
	}
	return u
}

// currentMBI finds the identifier that is marked as the current MBI, or else
// the only MBI that has no end, or the only one there is, or the one that
// starts last.
func (c *claim) currentMBI() []byte {
	m := &c.plan.mbi
	if m.set < 0 {
		return nil
	}
	var open, any, last []byte
	lastStart := int32(math.MinInt32)
	opens, all := 0, 0
	for i := range c.rec.Rows(m.set) {
		marks := c.rec.Marks(m.set, i)
		row := c.rec.Row(m.set, i)
		if !c.plan.has(marks, bcda.RoleMBI) || row[m.value].IsZero() {
			continue
		}
		value := row[m.value].Raw(c.rec.Line)
		if table.Blank(value) {
			continue
		}
		if c.plan.has(marks, bcda.RoleCurrent) {
			return value
		}
		any = value
		all++
		if start, ok := table.EarliestDay(row[m.start].Raw(c.rec.Line)); ok {
			switch {
			case start > lastStart:
				last, lastStart = value, start
			case start == lastStart:
				last = nil // two start at once
			}
		}
		if _, ends := table.LatestDay(row[m.end].Raw(c.rec.Line)); !ends {
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
	return last
}
