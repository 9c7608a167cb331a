package ndjson

import (
	"errors"
	"fmt"
)

// A Builder collects paths and compiles them into a [Program].
type Builder struct {
	nodes   []*buildNode
	scopes  []*buildScope
	rowSets []string
	census  *Census
	most    func(array string) int // nil for any number
	err     error
}

type buildNode struct {
	children map[string]int
	names    []string // keys of children in order of arrival
	stores   []*buildReg
	tests    []*buildTest
	list     *buildReg
	scope    int // or -1
}

type buildTest struct {
	scope    int
	names    []string
	exact    map[string]Marks
	prefixes []prefixMark
}

type buildScope struct {
	regs   []*buildReg
	rules  []buildRule
	conds  map[string]int
	rowSet int
	base   int
}

type buildReg struct {
	scope, offset, count int
	node                 int // leaf that stores into it, or -1 (then rules do)
}

type buildRule struct {
	need  Marks
	first int
	src   *buildReg
	dst   *buildReg
}

// recordScope is the scope of the whole line.
const recordScope = 0

// NewBuilder returns an empty Builder.
func NewBuilder() *Builder {
	b := &Builder{}
	b.newScope(-1)
	b.newNode()
	return b
}

func (b *Builder) newNode() int {
	b.nodes = append(b.nodes, &buildNode{children: map[string]int{}, scope: -1})
	return len(b.nodes) - 1
}

func (b *Builder) newScope(rowSet int) int {
	b.scopes = append(b.scopes, &buildScope{conds: map[string]int{}, rowSet: rowSet})
	return len(b.scopes) - 1
}

// descend returns the node for a member of node at, which it makes if needed.
func (b *Builder) descend(at int, name string) int {
	n := b.nodes[at]
	next, ok := n.children[name]
	if !ok {
		if len(n.names) == maxChildren {
			b.err = errors.Join(b.err, fmt.Errorf("more than %d members of one object", maxChildren))
			return at
		}
		next = b.newNode()
		n.children[name] = next
		n.names = append(n.names, name)
	}
	return next
}

func (b *Builder) scopeAt(at int) int {
	if b.nodes[at].scope < 0 {
		b.nodes[at].scope = b.newScope(-1)
	}
	return b.nodes[at].scope
}

// Rows asks for every element of a top-level array of objects to be collected as a
// row, and returns the number of its row set. It returns the same set for the same
// array.
func (b *Builder) Rows(array string) int {
	for i, name := range b.rowSets {
		if name == array {
			return i
		}
	}
	sc := b.scopes[b.scopeAt(b.descend(0, array))]
	sc.rowSet = len(b.rowSets)
	b.rowSets = append(b.rowSets, array)
	return sc.rowSet
}

// LimitRows limits the rows that a record may have: most returns how many elements
// of an array, or 0 for any number. For a record with more [Program.Walk] returns a
// [*RowsError].
func (b *Builder) LimitRows(most func(array string) int) { b.most = most }

// A Ref is a register that a Builder has reserved, of the record or of each row of a
// row set. Its number is known after [Builder.Compile].
type Ref struct{ reg *buildReg }

// Reg returns the number of the register: in a row ([Record.Row]) if the value was
// asked for with RowValue or RowList, or else in the record ([Record.Reg]).
func (r Ref) Reg() int { return r.reg.offset }

// Value asks for the first count scalars at path, in consecutive registers from that
// of the Ref. If count is above one, an element that meets the conditions on the
// path but lacks the value gets an empty string, as a null in an array does, so that
// the others keep their positions.
func (b *Builder) Value(path Path, count int) Ref {
	return b.value(0, recordScope, path, count, false)
}

// RowValue is Value within each element of a row set.
func (b *Builder) RowValue(set int, path Path, count int) Ref {
	at := b.descend(0, b.rowSets[set])
	return b.value(at, b.nodes[at].scope, path, count, false)
}

// RowList asks for a whole array within each element of a row set, as JSON text.
func (b *Builder) RowList(set int, path Path) Ref {
	at := b.descend(0, b.rowSets[set])
	return b.value(at, b.nodes[at].scope, path, 1, true)
}

func (b *Builder) value(at, outer int, path Path, count int, list bool) Ref {
	type hop struct {
		scope, first int
		need         Marks
	}
	var hops []hop
	for _, step := range path {
		at = b.descend(at, step.Name)
		if len(step.Where) > 0 {
			sc := b.scopeAt(at)
			need, first := b.conds(at, sc, step.Where)
			hops = append(hops, hop{sc, first, need})
		}
	}
	inner := outer
	if len(hops) > 0 {
		inner = hops[len(hops)-1].scope
	}
	src := b.leaf(at, inner, count, list)
	for i := len(hops) - 1; i >= 0; i-- {
		to := outer
		if i > 0 {
			to = hops[i-1].scope
		}
		src = b.rule(hops[i].scope, to, hops[i].first, hops[i].need, src, count)
	}
	return Ref{src}
}

// RowMarks returns the marks that an element of a row set has if it meets the
// conditions: test them with [Marks.Has].
func (b *Builder) RowMarks(set int, where []Cond) Marks {
	at := b.descend(0, b.rowSets[set])
	need, _ := b.conds(at, b.nodes[at].scope, where)
	return need
}

// conds registers conditions on the elements of a scope.
func (b *Builder) conds(at, scopeIndex int, where []Cond) (need Marks, first int) {
	sc := b.scopes[scopeIndex]
	first = -1
	for _, c := range where {
		bit, known := sc.conds[c.key()]
		if !known {
			bit = len(sc.conds)
			if bit >= maxMarks {
				b.err = errors.Join(b.err, fmt.Errorf("more than %d conditions on one array", maxMarks))
				return need, 0
			}
			sc.conds[c.key()] = bit
			b.addTest(at, scopeIndex, c, bit)
		}
		need.set(bit)
		if first < 0 {
			first = bit
		}
	}
	return need, first
}

func (b *Builder) addTest(at, scopeIndex int, c Cond, bit int) {
	for _, name := range c.Path {
		at = b.descend(at, name)
	}
	n := b.nodes[at]
	var t *buildTest
	for _, have := range n.tests {
		if have.scope == scopeIndex {
			t = have
		}
	}
	if t == nil {
		t = &buildTest{scope: scopeIndex, exact: map[string]Marks{}}
		n.tests = append(n.tests, t)
	}
	for _, v := range c.Values {
		var m Marks
		if c.Prefix {
			m.set(bit)
			t.prefixes = append(t.prefixes, prefixMark{v, m})
			continue
		}
		m, known := t.exact[v]
		if !known {
			t.names = append(t.names, v)
		}
		m.set(bit)
		t.exact[v] = m
	}
}

// leaf returns the register of a scope that holds what the leaf node reads.
func (b *Builder) leaf(at, scopeIndex, count int, list bool) *buildReg {
	n := b.nodes[at]
	if list {
		if n.list == nil {
			n.list = b.newReg(scopeIndex, 1, at)
		}
		if n.list.scope != scopeIndex {
			b.err = errors.Join(b.err, errors.New("one array is asked for in two scopes"))
		}
		return n.list
	}
	for _, r := range n.stores {
		if r.scope == scopeIndex && r.count == count {
			return r
		}
	}
	r := b.newReg(scopeIndex, count, at)
	n.stores = append(n.stores, r)
	return r
}

func (b *Builder) newReg(scopeIndex, count, node int) *buildReg {
	sc := b.scopes[scopeIndex]
	r := &buildReg{scope: scopeIndex, count: count, node: node}
	sc.regs = append(sc.regs, r)
	return r
}

// rule returns the register of scope to that receives src if an element of scope
// from meets its conditions.
func (b *Builder) rule(from, to, first int, need Marks, src *buildReg, count int) *buildReg {
	sc := b.scopes[from]
	for _, r := range sc.rules {
		if r.need == need && r.src == src && r.dst.scope == to && r.dst.count == count {
			return r.dst
		}
	}
	dst := b.newReg(to, count, -1)
	sc.rules = append(sc.rules, buildRule{need, first, src, dst})
	return dst
}

// Census asks for objects to be counted; see [Record.Tally].
func (b *Builder) Census(c *Census) { b.census = c }
