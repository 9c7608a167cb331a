package ndjson

import (
	"errors"

	"github.com/cclf-tools/cclf/internal/jsonscan"
)

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
		r.tally = nil
		if p.census != nil {
			r.tally = newTally()
		}
		r.forget()
	}
	if r.tally != nil && r.tally.begin() {
		r.forget()
	}
	clear(r.regs)
	for i := range r.rows {
		r.rows[i].regs = r.rows[i].regs[:0]
		r.rows[i].marks = r.rows[i].marks[:0]
	}
	r.rec.reset()
}

// forget drops what was learned from earlier lines.
func (r *Record) forget() {
	nodes := len(r.program.nodes)
	if r.tally != nil {
		nodes = r.program.lastNode() + 1
	}
	r.memo = newMemo(nodes)
}

// A walker is one walk over a line. Its methods take the offset where something
// begins and return where it ends, or with an error where that is.
type walker struct {
	p *Program
	r *Record
	b []byte // the line
}

// object reads the object at offset at, whose members n knows.
func (w *walker) object(n *node, at, depth int) (int, error) {
	if n.forget {
		return w.walkObject(n, at, depth)
	}
	m := w.r.memo
	e, missed := m.find(n, w.b, at, depth)
	if e != nil {
		w.r.replay(e, &m.found)
		return m.found.end, nil
	}
	if missed.record {
		return w.record(n, &missed, at, depth)
	}
	end, err := w.walkObject(n, at, depth)
	m.learn(n, &missed, w.b, at, end, depth, nil)
	return end, err
}

// record reads an object that is new to the memo.
func (w *walker) record(n *node, missed *miss, at, depth int) (int, error) {
	r := w.r
	from := r.rec.begin(r.tally.recorded())
	end, err := w.walkObject(n, at, depth)
	if err != nil {
		return end, err
	}
	did := r.effects(from, n, at)
	if e := r.memo.learn(n, missed, w.b, at, end, depth, &did); e != nil {
		e.counted = r.tally.set(from.counted)
	}
	if r.rec.open == 0 {
		r.rec.reset()
		r.tally.endRecording()
	}
	return end, nil
}

func (w *walker) walkObject(n *node, at, depth int) (int, error) {
	if !n.walked && w.r.rec.open == 0 {
		return jsonscan.SkipObject(w.b, at, depth)
	}
	if depth >= jsonscan.MaxDepth {
		return at, jsonscan.ErrDepth
	}
	if n.scope >= 0 {
		w.r.open(&w.p.scopes[n.scope], n.scope)
	}
	if n.rule != nil {
		w.r.tally.caught[n.level] = [2]Span{}
	}
	b := w.b
	at = jsonscan.SkipSpace(b, at+1)
	if at < len(b) && b[at] == '}' {
		at++
	} else {
		seen := uint64(0) // children on paths, by ordinal
		for more := true; more; {
			child, value, err := w.name(n, at)
			if err != nil {
				return value, err
			}
			bit := uint64(1) << (child.ordinal - 1) // 0 for other children
			if seen&bit != 0 {
				return at, errDuplicate
			}
			seen |= bit
			if at, err = w.value(child, value, depth+1); err != nil {
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
	}
	if n.scope >= 0 {
		w.r.close(&w.p.scopes[n.scope], n.scope)
	}
	if n.rule != nil {
		if i := w.r.tally.count(w.p, n, b); i != 0 {
			w.r.tally.met(i, w.r.rec.open > 0)
		}
	}
	return at, nil
}

// name reads the member name at offset at. It returns the node of the member, and
// where the member's value begins.
func (w *walker) name(n *node, at int) (*node, int, error) {
	b := w.b
	if at >= len(b) || b[at] != '"' {
		return nil, at, jsonscan.ErrMemberName
	}
	end, escaped, err := jsonscan.SkipString(b, at+1)
	if err != nil {
		return nil, end, err
	}
	value, err := jsonscan.SkipColon(b, end+1)
	if err != nil {
		return nil, value, err
	}
	name := b[at+1 : end]
	if escaped {
		w.r.scratch = jsonscan.AppendUnescaped(w.r.scratch[:0], name)
		name = w.r.scratch
	}
	if i, known := n.members.find(name); known {
		return &w.p.nodes[i], value, nil
	}
	if w.r.tally != nil {
		return w.r.tally.grow(w.p, n, name), value, nil
	}
	return w.p.unknown, value, nil
}

// value reads the value at offset at for node n. Elements of an array are read as if
// each were alone.
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
		return w.object(n, at, depth)
	case '[':
		start := at
		at, err := w.array(n, at, depth)
		if err == nil && n.list != nil {
			w.r.store(*n.list, Span{uint32(start), uint32(at - start)})
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

// varies notes a scalar whose value no condition tests, while an object is
// recorded.
func (w *walker) varies(n *node, start, end int) {
	if w.r.rec.open > 0 && len(n.tests) == 0 && n.list == nil && n.member == 0 {
		w.r.rec.scalars = append(w.r.rec.scalars, scalarSpan{int32(start), int32(end)})
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
		end, err := w.value(n, at, depth+1)
		if err != nil {
			return end, err
		}
		if w.b[at] == 'n' {
			w.gap(n)
		}
		if at, more, err = jsonscan.SkipSeparator(w.b, end, ']'); err != nil {
			return at, err
		}
	}
	return at, nil
}

// gap stores an empty text in the place of a null among the elements of an array, so
// that those after it keep their positions. In FHIR a null is the place of an element that
// has no value and has extensions, which are in an array of their own.
func (w *walker) gap(n *node) {
	for _, to := range n.stores {
		if to.count > 1 {
			w.r.store(to, emptySpan)
		}
	}
}

// scalar stores a value where the node wants it, and tests its conditions.
func (w *walker) scalar(n *node, s Span) {
	for _, to := range n.stores {
		w.r.store(to, s)
	}
	if n.list != nil {
		w.r.store(*n.list, s) // a list of one, unless an array ends after it
	}
	if n.member > 0 && s.IsString() {
		w.r.tally.caught[n.level-1][n.member-1] = s
	}
	for i := range n.tests {
		t := &n.tests[i]
		text := s.Raw(w.b)
		if s.Escaped() {
			w.r.scratch = jsonscan.AppendUnescaped(w.r.scratch[:0], text)
			text = w.r.scratch
		}
		if marks := t.marksOf(text); marks != (Marks{}) {
			w.r.mark(markOp{t.scope, t.level, marks})
		}
	}
}
