package ndjson

import (
	"errors"
	"fmt"
	"math/bits"
	"slices"

	"github.com/cclf-tools/cclf/internal/jsonscan"
)

// A Span is one JSON scalar (or, where a rule asks for it, a whole array) as
// a piece of the line it was read from. The zero Span means "not there".
type Span struct {
	off  uint32
	size uint32 // length in the low bits, flags in the high ones
}

// emptySpan stands for a value that an element lacks: an empty string.
var emptySpan = Span{size: spanString}

const (
	spanEscaped = 1 << 31 // a string with backslashes in it
	spanString  = 1 << 30 // a string; its quotes are not part of the span
	spanLength  = 1<<30 - 1
)

func stringSpan(start, end int, escaped bool) Span {
	s := Span{uint32(start), uint32(end-start) | spanString}
	if escaped {
		s.size |= spanEscaped
	}
	return s
}

// IsZero reports whether nothing was found.
func (s Span) IsZero() bool { return s.size == 0 && s.off == 0 }

// IsString reports whether the value was a JSON string.
func (s Span) IsString() bool { return s.size&spanString != 0 }

// Escaped reports whether the value has escape sequences to decode.
func (s Span) Escaped() bool { return s.size&spanEscaped != 0 }

// Raw returns the bytes of the value as they stand in line.
func (s Span) Raw(line []byte) []byte {
	return line[s.off : s.off+s.size&spanLength]
}

// A Record holds what a [Program] found in one line. It is reused: the next
// Walk overwrites it. What it has learned of the lines so far makes walks of
// lines like them faster, and changes nothing else.
type Record struct {
	Line []byte
	// Duplicates says that the line had members that come twice in an object.
	// Line is then without the earlier ones.
	Duplicates bool

	program *Program
	regs    []Span
	marks   []Marks
	rows    []rowSet
	scratch []byte // decoded names, and values to test

	names  []memberNames // by node
	memo   *memo
	habits []habit // by node
	// Of the objects that are being recorded:
	stores  []storing
	marked  []marking
	scalars []piece // that may vary
	pieces  []piece // of one object

	census *census // or nil
}

// rowSet keeps the elements of one array that a program collects: the
// registers and the predicate marks of each element, one after another.
type rowSet struct {
	regs  []Span
	marks []Marks
	width int
	most  int // how many elements a record may have, 0 for any number
}

// add adds an element with marks, and returns its registers, which are empty.
func (s *rowSet) add(marks Marks) []Span {
	if s.most > 0 && len(s.marks) > s.most {
		// All beyond what is allowed share a place: it is the last element
		// that a memo may remember.
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

// Reg returns a register of the whole record.
func (r *Record) Reg(i int) Span { return r.regs[i] }

// Regs returns count registers of the whole record, from i.
func (r *Record) Regs(i, count int) []Span { return r.regs[i : i+count] }

// Rows returns the number of elements collected for a row set.
func (r *Record) Rows(set int) int { return len(r.rows[set].marks) }

// Row returns the registers of one collected element.
func (r *Record) Row(set, i int) []Span {
	w := r.rows[set].width
	return r.rows[set].regs[i*w : (i+1)*w]
}

// Marks returns which of its predicates a collected element meets.
func (r *Record) Marks(set, i int) Marks { return r.rows[set].marks[i] }

// Text appends the decoded bytes of a span to dst when it has escapes to
// decode, and otherwise returns the bytes in the line themselves.
func (r *Record) Text(dst []byte, s Span) []byte {
	raw := s.Raw(r.Line)
	if !s.Escaped() {
		return raw
	}
	return jsonscan.AppendUnescaped(dst[:0], raw)
}

// Walk reads line, one JSON object, in a single pass and leaves in r what the
// program asks for. All of the line is checked: the error is a [*SyntaxError] if it
// is not one JSON object in valid UTF-8. Of members of the same name in one object
// the last counts.
func (p *Program) Walk(r *Record, line []byte) error {
	p.prepare(r, line)
	w := walker{p: p, r: r, b: line}
	at, err := w.walkLine()
	switch {
	case errors.Is(err, errDuplicate):
		if err := Valid(line); err != nil {
			return err
		}
		once, _ := lastMembers(make([]byte, 0, len(line)), line, jsonscan.SkipSpace(line, 0))
		err := p.Walk(r, once)
		r.Duplicates = true
		return err
	case err != nil:
		return &SyntaxError{at, err.Error()}
	}
	return r.checkRows()
}

// walkLine walks the object that is the line. Like all methods that read, it
// returns where it stopped.
func (w *walker) walkLine() (int, error) {
	at := jsonscan.SkipSpace(w.b, 0)
	if at >= len(w.b) || w.b[at] != '{' {
		if at, err := jsonscan.Valid(w.b); err != nil {
			return at, err
		}
		return at, errObject
	}
	end, err := w.walkObject(&w.p.nodes[0], at, 0)
	if err != nil {
		return end, err
	}
	return jsonscan.SkipEnd(w.b, end)
}

// A RowsError reports an array with more elements than a record may have.
type RowsError struct {
	Array string
	Most  int
}

func (e *RowsError) Error() string {
	return fmt.Sprintf("more than %d elements in %s", e.Most, e.Array)
}

// checkRows reports a row set with more elements than a record may have.
func (r *Record) checkRows() error {
	for i := range r.rows {
		if s := &r.rows[i]; s.most > 0 && len(s.marks) > s.most {
			return &RowsError{r.program.arrays[i], s.most}
		}
	}
	return nil
}

func (p *Program) prepare(r *Record, line []byte) {
	r.Line, r.Duplicates = line, false
	if r.program != p {
		r.program = p
		r.regs = make([]Span, p.regs)
		r.marks = make([]Marks, len(p.scopes))
		r.rows = make([]rowSet, p.rowSets)
		for _, sc := range p.scopes {
			if sc.rowSet >= 0 {
				r.rows[sc.rowSet].width = sc.hi - sc.lo
				r.rows[sc.rowSet].most = p.most[sc.rowSet]
			}
		}
		r.census = nil
		if p.census != nil {
			r.census = newCensus()
		}
		r.forget()
	}
	if r.census != nil && r.census.begin() {
		r.forget()
	}
	clear(r.regs)
	for i := range r.rows {
		r.rows[i].regs = r.rows[i].regs[:0]
		r.rows[i].marks = r.rows[i].marks[:0]
	}
	// A walk that failed may have left some.
	r.stores, r.marked, r.scalars = r.stores[:0], r.marked[:0], r.scalars[:0]
}

// forget drops what has been learned of the lines so far.
func (r *Record) forget() {
	nodes := len(r.program.nodes)
	if r.census != nil {
		nodes = r.program.lastNode() + 1
	}
	r.names = make([]memberNames, nodes)
	r.habits = make([]habit, nodes)
	r.memo = nil
	if r.census != nil {
		r.names[r.program.lastNode()].closed = true
	}
}

type walker struct {
	p         *Program
	r         *Record
	b         []byte
	recording int // how many objects around the place are being recorded
	found     match
}

// object reads the object at offset at, whose members n knows. It is not the one
// that is expected.
func (w *walker) object(n *node, at, depth int) (int, error) {
	if !n.forget && w.r.habits[n.id].worthwhile() {
		return w.remember(n, at, depth)
	}
	return w.walkObject(n, at, depth)
}

func (w *walker) walkObject(n *node, at, depth int) (int, error) {
	if !n.walked && w.recording == 0 {
		return jsonscan.SkipObject(w.b, at, depth)
	}
	if depth >= jsonscan.MaxDepth {
		return at, jsonscan.ErrDepth
	}
	if n.scope >= 0 {
		w.open(&w.p.scopes[n.scope], n.scope)
	}
	if n.rule != nil {
		w.r.census.caught[n.level] = [2]Span{}
	}
	b := w.b
	start := at
	at = jsonscan.SkipSpace(b, at+1)
	if at < len(b) && b[at] == '}' {
		at++
	} else {
		names := &w.r.names[n.id]
		last := noMember
		seen := uint64(0) // places of names
		nameless := 0     // members whose names have no place
		for more := true; more; {
			// The name that came next the last time, or another.
			var child *node
			guess := *names.after(last)
			if m := names.get(guess); m != nil && m.begins(b[at:]) {
				last, child = guess, m.node
				bit := uint64(1) << (uint(guess) % mostNames)
				if seen&bit != 0 && n.inner() {
					return at, errDuplicate
				}
				seen |= bit
				if at += len(m.text); b[at] <= ' ' {
					at = jsonscan.SkipSpace(b, at)
				}
			} else {
				var place int
				var err error
				if child, place, at, err = w.name(n, names, guess, at); err != nil {
					return at, err
				}
				*names.after(last) = place
				last = place
				if place == noMember {
					nameless++
				} else {
					bit := uint64(1) << (uint(place) % mostNames)
					if seen&bit != 0 && n.inner() {
						return at, errDuplicate
					}
					seen |= bit
				}
			}
			var err error
			if at, err = w.value(child, at, depth+1); err != nil {
				return at, err
			}
			if at+1 < len(b) && b[at] == ',' && b[at+1] == '"' {
				at++
				continue
			}
			if at, more, err = jsonscan.SkipSeparator(b, at, '}'); err != nil {
				return at, err
			}
		}
		if nameless > 0 && n.inner() && hasDuplicates(b[start:at]) {
			return at, errDuplicate
		}
	}
	if n.scope >= 0 {
		w.close(&w.p.scopes[n.scope], n.scope)
	}
	if n.rule != nil {
		w.count(n)
	}
	return at, nil
}

// value reads the value at offset at for node n. Elements of an array are
// read as if each stood alone.
func (w *walker) value(n *node, at, depth int) (int, error) {
	b := w.b
	if at >= len(b) {
		return at, jsonscan.ErrValue
	}
	switch c := b[at]; c {
	case '"':
		end, escaped, err := jsonscan.SkipString(b, at+1)
		if err != nil {
			return end, err
		}
		if n.wanted {
			w.scalar(n, stringSpan(at+1, end, escaped))
		}
		w.varies(n, at, end+1)
		return end + 1, nil
	case '{':
		if end, ok := w.expected(n, at, depth); ok {
			return end, nil
		}
		return w.object(n, at, depth)
	case '[':
		start := at
		at, err := w.array(n, at, depth)
		if err == nil && n.list != nil {
			w.store(*n.list, Span{uint32(start), uint32(at - start)})
		}
		return at, err
	case 'n':
		return jsonscan.SkipLiteral(b, at)
	case 't', 'f':
		end, err := jsonscan.SkipLiteral(b, at)
		if err == nil {
			w.scalar(n, Span{uint32(at), uint32(end - at)})
		}
		return end, err
	default:
		end, err := jsonscan.SkipNumber(b, at)
		if err == nil {
			w.scalar(n, Span{uint32(at), uint32(end - at)})
			w.varies(n, at, end)
		}
		return end, err
	}
}

// varies notes a scalar, while an object is recorded, of which only the place
// matters.
func (w *walker) varies(n *node, start, end int) {
	if w.recording > 0 && len(n.tests) == 0 && n.list == nil && n.member == 0 {
		w.r.scalars = append(w.r.scalars, piece{int32(start), int32(end)})
	}
}

func (w *walker) array(n *node, at, depth int) (int, error) {
	if depth >= jsonscan.MaxDepth {
		return at, jsonscan.ErrDepth
	}
	at = jsonscan.SkipSpace(w.b, at+1)
	if at < len(w.b) && w.b[at] == ']' {
		return at + 1, nil
	}
	for more := true; more; {
		end, ok := w.expected(n, at, depth+1)
		var err error
		switch {
		case ok:
		case at < len(w.b) && w.b[at] == '{':
			end, err = w.object(n, at, depth+1)
		default:
			end, err = w.value(n, at, depth+1)
		}
		if err != nil {
			return end, err
		}
		if at, more, err = jsonscan.SkipSeparator(w.b, end, ']'); err != nil {
			return at, err
		}
	}
	return at, nil
}

// scalar files a value under what the node wants of it.
func (w *walker) scalar(n *node, s Span) {
	for _, to := range n.stores {
		w.store(to, s)
	}
	if n.list != nil {
		w.store(*n.list, s) // a list of one, unless an array ends after it
	}
	if n.member > 0 && s.IsString() {
		w.r.census.caught[n.level-1][n.member-1] = s
	}
	for i := range n.tests {
		t := &n.tests[i]
		text := s.Raw(w.b)
		if s.Escaped() {
			w.r.scratch = jsonscan.AppendUnescaped(w.r.scratch[:0], text)
			text = w.r.scratch
		}
		if marks := t.marksOf(text); marks != (Marks{}) {
			w.mark(marking{t.scope, t.level, marks})
		}
	}
}

// store puts a span into the first free one of a slot's registers, so that of
// several values the first ones stay, or into the one that takes the last.
func (w *walker) store(to slot, s Span) {
	if w.recording > 0 {
		w.r.stores = append(w.r.stores, storing{to: to, span: s, empty: s == emptySpan, hole: -1})
	}
	if to.count == 0 {
		w.r.regs[to.reg] = s
		return
	}
	for i := to.reg; i < to.reg+int32(to.count); i++ {
		if w.r.regs[i].IsZero() {
			w.r.regs[i] = s
			return
		}
	}
}

// mark notes conditions that an element of a scope meets.
func (w *walker) mark(m marking) {
	if w.recording > 0 {
		w.r.marked = append(w.r.marked, m)
	}
	w.r.marks[m.scope].add(m.marks)
}

func (w *walker) open(sc *scope, i int) {
	w.r.marks[i] = Marks{}
	clear(w.r.regs[sc.lo:sc.hi])
}

// close is where an element's predicates are decided: by now all of its
// members have been seen, in whatever order they came.
func (w *walker) close(sc *scope, i int) {
	marks := w.r.marks[i]
	for word, set := range marks {
		for ; set != 0; set &= set - 1 {
			for _, rule := range sc.rules[word*64+bits.TrailingZeros64(set)] {
				if marks.Has(rule.need) {
					w.apply(&rule)
				}
			}
		}
	}
	if sc.rowSet >= 0 {
		copy(w.r.rows[sc.rowSet].add(marks), w.r.regs[sc.lo:sc.hi])
	}
}

// apply moves the values of a rule outwards.
func (w *walker) apply(rule *rule) {
	from := w.r.regs[rule.src.reg : rule.src.reg+int32(rule.src.count)]
	if rule.dst.count > 1 && from[0].IsZero() {
		// One of several elements, and it lacks the value: those behind it
		// keep their places.
		w.store(rule.dst, emptySpan)
	}
	for _, s := range from {
		if !s.IsZero() {
			w.store(rule.dst, s)
		}
	}
}
