package ndjson

import (
	"slices"
)

const (
	memoWays    = 8    // entries in a set
	memoLongest = 1280 // bytes of an object
	memoHoles   = 12   // holes of an entry
	memoNext    = 8    // entries that came after one; with 1 a conversion takes 5 to 8 % longer
)

// An entry is an object that was walked. What a comparison reads comes first and
// close together, since an entry is seldom in the processor's cache.
type entry struct {
	node  *node
	depth int32
	used  bool   // found since its last turn to be replaced
	count uint8  // of holes
	text  string // padded
	holes [memoHoles]hole
	next  [memoNext]*entry // what came after it at the node, the last first

	counted  int32 // what the object counts as in the tally, or 0
	stores   []storeOp
	marks    []markOp
	row      []storeOp // registers of the object itself, if it is a row
	rowMarks Marks
	scalars  []scalarSpan // those that may vary
}

// A hole is where the text of an entry has a scalar that does vary.
type hole struct{ start, end uint16 }

// A scalarSpan is where a text has a scalar, with its quotes.
type scalarSpan struct{ start, end int32 }

// A storeOp stores a span into registers of a scope outside the object, or of the
// object itself if it is a row.
type storeOp struct {
	to    slot
	span  Span // relative to the object
	empty bool // the span is emptySpan
	hole  int8 // the hole that the span is in, or -1
	after int8 // how many holes are before it
}

// A markOp marks a condition as met by an element outside the object.
type markOp struct {
	scope int32
	level int16
	marks Marks
}

// effects are what the walk of an object did outside of it, and what the object
// leaves if it is a row. Spans are those of the line.
type effects struct {
	stores   []storeOp
	marks    []markOp
	row      []Span // nil unless the object is a row
	rowMarks Marks
	scalars  []scalarSpan // relative to the object
}

// A match is where in the line an object is that is equal to an entry.
type match struct {
	end    int
	shifts [memoHoles + 1]int // of the text before, between and after the holes
	holes  [memoHoles]Span
}

// span returns the span of an operation in the line.
func (m *match) span(s *storeOp) Span {
	span := s.span
	switch {
	case s.hole >= 0:
		return m.holes[s.hole]
	case !s.empty:
		span.off = uint32(int(span.off) + m.shifts[s.after])
	}
	return span
}

// fill makes e the entry of the object at an offset of the line.
func (e *entry) fill(n *node, at, depth int, text []byte, did *effects) {
	e.node, e.depth, e.next = n, int32(depth), [memoNext]*entry{}
	e.text, e.count, e.counted = padded(text), 0, 0
	e.scalars = append(e.scalars[:0], did.scalars...)
	e.stores = append(e.stores[:0], did.stores...)
	e.marks = append(e.marks[:0], did.marks...)
	e.row, e.rowMarks = e.row[:0], did.rowMarks
	for i, s := range did.row {
		if !s.IsZero() {
			e.row = append(e.row, storeOp{to: slot{reg: int32(i)}, span: s, empty: s == emptySpan, hole: -1})
		}
	}
	for _, ops := range [][]storeOp{e.stores, e.row} {
		for i := range ops {
			if s := &ops[i]; !s.empty {
				s.span.off -= uint32(at)
			}
		}
	}
}

// vary makes holes of the scalars in which the entry and an object differ. It
// reports false if they differ in anything else.
func (e *entry) vary(text []byte, scalars []scalarSpan) bool {
	if len(scalars) != len(e.scalars) {
		return false
	}
	holes := make([]hole, 0, memoHoles)
	mine, other := int32(0), int32(0)
	for i, s := range e.scalars {
		o := scalars[i]
		if e.text[mine:s.start] != string(text[other:o.start]) || (e.text[s.start] == '"') != (text[o.start] == '"') {
			return false
		}
		if e.text[s.start:s.end] != string(text[o.start:o.end]) || slices.Contains(e.holes[:e.count], hole{uint16(s.start), uint16(s.end)}) {
			if len(holes) == memoHoles {
				return false
			}
			holes = append(holes, hole{uint16(s.start), uint16(s.end)})
		}
		mine, other = s.end, o.end
	}
	if e.text[mine:] != string(text[other:]) {
		return false
	}
	for _, ops := range [][]storeOp{e.stores, e.row} {
		for i := range ops {
			if !ops[i].among(holes) {
				return false
			}
		}
	}
	e.count = uint8(copy(e.holes[:], holes))
	return true
}

// among finds the place of the span among holes. It reports false for an array with
// a hole in it, which has no fixed size.
func (s *storeOp) among(holes []hole) bool {
	s.hole, s.after = -1, 0
	if s.empty {
		return true
	}
	start := s.span.off
	end := start + s.span.size&spanLength
	for k, h := range holes {
		switch {
		case start >= uint32(h.start) && end <= uint32(h.end):
			s.hole = int8(k)
			return true
		case start >= uint32(h.end):
			s.after = int8(k + 1)
		case end > uint32(h.start):
			return false
		}
	}
	return true
}

// textPad is how many bytes after a padded text may be read. Their values do not
// matter.
const textPad = 64

// padded copies a text with textPad readable bytes after it.
func padded(text []byte) string {
	return string(slices.Concat(text, make([]byte, textPad)))[:len(text)]
}
