package ndjson

import (
	"math/bits"
	"slices"

	"github.com/cclf-tools/cclf/internal/jsonscan"
)

// A Record holds what a [Program] found in one line. It is reused: the next walk
// overwrites it. What it has learned from earlier lines makes walks of similar lines
// faster and changes nothing else. Its zero value is ready for use, by one goroutine
// at a time.
type Record struct {
	// Line is the line that spans refer to. The record does not copy it.
	Line []byte
	// Duplicates reports that an object of the line had several members of the same
	// name, which a path has too. Line is then a copy with only the last member of
	// each name.
	Duplicates bool

	program *Program
	regs    []Span
	marks   []Marks // by scope
	rows    []rowSet
	scratch []byte // decoded names, and values to test

	memo  *memo
	rec   recorder
	tally *tally // or nil
}

// rowSet has the elements of one array that a program collects: the registers and
// the marks of each element, one after another.
type rowSet struct {
	regs  []Span
	marks []Marks
	width int
	most  int // elements that a record may have, 0 for any number
}

// add adds an element with marks, and returns its registers, which are empty.
func (s *rowSet) add(marks Marks) []Span {
	if s.most > 0 && len(s.marks) > s.most {
		// All elements beyond the limit share a place: the memo may keep only the
		// last element.
		s.marks[s.most] = marks
		last := s.regs[s.most*s.width:]
		clear(last)
		return last
	}
	s.marks = append(s.marks, marks)
	n := len(s.regs)
	s.regs = slices.Grow(s.regs, s.width)[:n+s.width]
	clear(s.regs[n:])
	return s.regs[n:]
}

// Reg returns a register of the record.
func (r *Record) Reg(i int) Span { return r.regs[i] }

// Regs returns count registers of the record, from i. They are valid until the next
// walk.
func (r *Record) Regs(i, count int) []Span { return r.regs[i : i+count] }

// Rows returns the number of elements collected for a row set.
func (r *Record) Rows(set int) int { return len(r.rows[set].marks) }

// Row returns the registers of one collected element. They are valid until the next
// walk.
func (r *Record) Row(set, i int) []Span {
	w := r.rows[set].width
	return r.rows[set].regs[i*w : (i+1)*w]
}

// Marks returns the conditions that a collected element meets.
func (r *Record) Marks(set, i int) Marks { return r.rows[set].marks[i] }

// Text returns the decoded bytes of a span: those of the line itself, or if they
// have escapes, decoded into dst from its start.
func (r *Record) Text(dst []byte, s Span) []byte {
	raw := s.Raw(r.Line)
	if !s.Escaped() {
		return raw
	}
	return jsonscan.AppendUnescaped(dst[:0], raw)
}

// Tally adds the objects of the line walked last to the counts of the census.
func (r *Record) Tally() {
	if c := r.tally; c != nil {
		for _, i := range c.line {
			c.counts[i]++
		}
		c.line = c.line[:0]
	}
}

// Tallied calls add for each name counted since the last call, in no order.
func (r *Record) Tallied(add func(name string, count int64)) {
	if r.tally == nil {
		return
	}
	r.tally.total()
	for name, count := range r.tally.totals {
		add(name, count)
	}
	clear(r.tally.totals)
}

// replay applies the effects of an entry, for the object that m is.
func (r *Record) replay(e *entry, m *match) {
	for i := range e.stores {
		r.store(e.stores[i].to, m.span(&e.stores[i]))
	}
	for i := range e.marks {
		r.mark(e.marks[i])
	}
	if e.counted != 0 {
		r.tally.met(e.counted, r.rec.open > 0)
	}
	if set := e.node.rowSet; set >= 0 {
		registers := r.rows[set].add(e.rowMarks)
		for i := range e.row {
			registers[e.row[i].to.reg] = m.span(&e.row[i])
		}
	}
	if r.rec.open > 0 {
		for i, h := range e.holes[:e.count] {
			start := int32(int(h.start) + m.shifts[i])
			end := int32(int(h.end) + m.shifts[i+1])
			r.rec.scalars = append(r.rec.scalars, scalarSpan{start, end})
		}
	}
}

// effects returns the effects of the object of a node at an offset, which has been
// walked since its recording began.
func (r *Record) effects(from recording, n *node, at int) effects {
	did := r.rec.end(from, n.level, at)
	if n.rowSet >= 0 {
		set := &r.rows[n.rowSet]
		did.row = set.regs[len(set.regs)-set.width:]
		did.rowMarks = set.marks[len(set.marks)-1]
	}
	return did
}

// store puts a span into the first free register of a slot, so that the first values
// stay, or into a register that takes the last value.
func (r *Record) store(to slot, s Span) {
	if r.rec.open > 0 {
		r.rec.stores = append(r.rec.stores, storeOp{to: to, span: s, empty: s == emptySpan, hole: -1})
	}
	if to.count == 0 {
		r.regs[to.reg] = s
		return
	}
	for i := to.reg; i < to.reg+int32(to.count); i++ {
		if r.regs[i].IsZero() {
			r.regs[i] = s
			return
		}
	}
}

// mark marks conditions as met by the open element of a scope.
func (r *Record) mark(m markOp) {
	if r.rec.open > 0 {
		r.rec.marks = append(r.rec.marks, m)
	}
	r.marks[m.scope].add(m.marks)
}

// open begins an element of a scope.
func (r *Record) open(sc *scope, i int) {
	r.marks[i] = Marks{}
	clear(r.regs[sc.lo:sc.hi])
}

// close ends an element of a scope. All of its members have been seen, in whatever
// order they came, so its conditions are decided and its values move outwards.
func (r *Record) close(sc *scope, i int) {
	marks := r.marks[i]
	for word, set := range marks {
		for ; set != 0; set &= set - 1 {
			for _, ru := range sc.rules[word*64+bits.TrailingZeros64(set)] {
				if marks.Has(ru.need) {
					r.apply(&ru)
				}
			}
		}
	}
	if sc.rowSet >= 0 {
		copy(r.rows[sc.rowSet].add(marks), r.regs[sc.lo:sc.hi])
	}
}

// apply moves the values of a rule outwards.
func (r *Record) apply(rule *rule) {
	from := r.regs[rule.src.reg : rule.src.reg+int32(rule.src.count)]
	if rule.dst.count > 1 && from[0].IsZero() {
		// An element without the value: those after it keep their positions.
		r.store(rule.dst, emptySpan)
	}
	for _, s := range from {
		if !s.IsZero() {
			r.store(rule.dst, s)
		}
	}
}
