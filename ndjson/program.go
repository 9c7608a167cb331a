package ndjson

import (
	"errors"
	"fmt"
	"strings"
)

// A Path names values inside a JSON object: member names from the outside in.
// Arrays need no mention: a step through an array means each of its elements.
type Path []Step

// A Step is a member name and the conditions that the member's value (each
// element of it, when it is an array of objects) must meet.
type Step struct {
	Name  string
	Where []Cond
}

// A Cond holds when some value at Path, relative to the element, is one of
// Values, or with Prefix begins with one.
type Cond struct {
	Path   []string
	Values []string
	Prefix bool
}

func (c Cond) key() string {
	return fmt.Sprint(strings.Join(c.Path, "."), c.Prefix, strings.Join(c.Values, "\x00"))
}

// Marks is a set of conditions that an element meets.
type Marks [2]uint64

// Has reports whether all of need are in m.
func (m Marks) Has(need Marks) bool {
	return m[0]&need[0] == need[0] && m[1]&need[1] == need[1]
}

// Any reports whether one of some is in m.
func (m Marks) Any(some Marks) bool { return m[0]&some[0]|m[1]&some[1] != 0 }

func (m *Marks) set(bit int) { m[bit/64] |= 1 << (bit % 64) }

func (m *Marks) add(more Marks) {
	m[0] |= more[0]
	m[1] |= more[1]
}

const maxMarks = len(Marks{}) * 64

// A Program is a set of paths compiled into one trie, so that one pass over a
// line finds the values of all of them and skips the rest. It is immutable
// and may be shared; each goroutine walks with a [Record] of its own.
//
// Its parts: a node for each distinct path of member names; a register for
// each wanted value; a scope for each array whose elements are told apart by
// a condition. A scope clears its registers when an element opens. When the
// element closes, it moves those whose conditions were met outwards, into
// registers of the scope around it.
type Program struct {
	nodes   []node
	unknown *node // of members that no path names
	scopes  []scope
	regs    int
	rowSets int
	census  *Census  // or nil
	arrays  []string // by row set
	most    []int    // by row set: how many elements a record may have, or 0
}

type node struct {
	id      int
	level   int16        // how far from the root
	members table[int32] // child nodes
	stores  []slot       // where a scalar goes
	tests   []test       // conditions that a scalar may meet
	list    *slot        // where a whole array goes, or nil
	scope   int          // scope that each object here opens, or -1
	rowSet  int          // that each object here is a row of, or -1
	wanted  bool         // a scalar is of use
	forget  bool         // its object is no matter for a memo
	walked  bool         // its object is walked, though no memo wants it

	// For a census:
	parent *node
	name   string
	rule   *CensusRule // of its objects, or nil
	member int8        // which of the members of its parent's rule it is, from 1, or 0
	read   bool        // something in its objects is Read
	chosen [2][]*test  // that look at the members of its rule
}

func (n *node) inner() bool { return n.members.n > 0 }

// slot is a run of registers that takes the first count values, or with a
// count of zero a register that takes the last one.
type slot struct {
	reg   int32
	count int16
	level int16 // of the node whose scope it belongs to; that of the record is -1
}

type test struct {
	scope    int32
	level    int16 // of the node that opens the scope
	exact    table[Marks]
	prefixes []prefixMark
}

type prefixMark struct {
	prefix string
	marks  Marks
}

// marksOf returns the conditions that a text meets.
func (t *test) marksOf(text []byte) Marks {
	m, _ := t.exact.find(text)
	for _, p := range t.prefixes {
		if len(text) >= len(p.prefix) && string(text[:len(p.prefix)]) == p.prefix {
			m.add(p.marks)
		}
	}
	return m
}

type scope struct {
	lo, hi int      // its registers
	rules  [][]rule // by the first condition that a rule needs
	rowSet int      // where its elements are collected, or -1
}

type rule struct {
	need     Marks
	src, dst slot
}

// A Builder collects paths and compiles them.
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

// descend returns the node for a member of at, made when it is not there.
func (b *Builder) descend(at int, name string) int {
	n := b.nodes[at]
	next, ok := n.children[name]
	if !ok {
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

// Rows asks for every element of a top-level array of objects to be
// collected, and returns the number of its row set. Asking again for the same
// array gives the same set.
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

// LimitRows bounds the elements that each top-level array of objects may have in
// a record, if they are collected: most tells how many. [Program.Walk] fails with
// a [RowsError] for a record that has more.
func (b *Builder) LimitRows(most func(array string) int) { b.most = most }

// A Ref is a register that a Builder has promised: of the record, or of each
// element of a row set. Its number is known once the program is compiled.
type Ref struct{ reg *buildReg }

// Reg returns the register's number: among the registers of a row when the
// value was asked for with RowValue, else among those of the record.
func (r Ref) Reg() int { return r.reg.offset }

// Value asks for the first count scalars at path, wherever in the record they
// are; they land in consecutive registers. When count is above one, an element
// that meets the conditions on the path and lacks the value takes its place
// with an empty string, so that the others keep theirs.
func (b *Builder) Value(path Path, count int) Ref {
	return b.value(0, recordScope, path, count, false)
}

// RowValue is Value within each element of a row set.
func (b *Builder) RowValue(set int, path Path, count int) Ref {
	at := b.descend(0, b.rowSets[set])
	return b.value(at, b.nodes[at].scope, path, count, false)
}

// RowList asks for a whole array within each element of a row set, as it
// stands in the line.
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

// RowMarks returns the marks that an element of a row set bears when it meets
// the conditions.
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

// rule returns the register of scope to that receives src when an element of
// scope from meets its conditions.
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

// Census asks for objects to be counted.
func (b *Builder) Census(c *Census) { b.census = c }

// Compile lays out the registers and returns the program.
func (b *Builder) Compile() (*Program, error) {
	if b.err != nil {
		return nil, b.err
	}
	p := &Program{rowSets: len(b.rowSets), arrays: b.rowSets}
	for _, array := range b.rowSets {
		most := 0
		if b.most != nil {
			most = b.most(array)
		}
		p.most = append(p.most, most)
	}
	for _, sc := range b.scopes {
		sc.base = p.regs
		width := 0
		for _, r := range sc.regs {
			r.offset = width
			width += r.count
		}
		p.regs += width
	}
	levels := b.levels()
	scopeLevel := make([]int16, len(b.scopes))
	scopeLevel[recordScope] = -1
	for i, n := range b.nodes {
		if n.scope >= 0 {
			scopeLevel[n.scope] = levels[i]
		}
	}
	place := func(r *buildReg) slot {
		return slot{int32(b.scopes[r.scope].base + r.offset), int16(r.count), scopeLevel[r.scope]}
	}
	for _, sc := range b.scopes {
		out := scope{lo: sc.base, hi: sc.base, rowSet: sc.rowSet}
		for _, r := range sc.regs {
			out.hi += r.count
		}
		out.rules = make([][]rule, len(sc.conds))
		for _, r := range sc.rules {
			out.rules[r.first] = append(out.rules[r.first], rule{r.need, place(r.src), place(r.dst)})
		}
		p.scopes = append(p.scopes, out)
	}
	for i, n := range b.nodes {
		out := node{id: i, level: levels[i], scope: n.scope, rowSet: -1, forget: i == 0}
		if n.scope >= 0 {
			out.rowSet = b.scopes[n.scope].rowSet
		}
		for _, name := range n.names {
			out.members.add(name, int32(n.children[name]))
		}
		for _, r := range n.stores {
			out.stores = append(out.stores, place(r))
		}
		if n.list != nil {
			list := place(n.list)
			list.count = 0
			out.list = &list
		}
		for _, t := range n.tests {
			built := test{scope: int32(t.scope), level: scopeLevel[t.scope], prefixes: t.prefixes}
			for _, v := range t.names {
				built.exact.add(v, t.exact[v])
			}
			out.tests = append(out.tests, built)
		}
		out.walked = out.inner()
		out.wanted = len(out.stores) > 0 || len(out.tests) > 0 || out.list != nil
		p.nodes = append(p.nodes, out)
	}
	p.nodes = append(p.nodes, node{id: len(b.nodes), scope: -1, rowSet: -1})
	p.unknown = &p.nodes[len(b.nodes)]
	p.survey(b)
	return p, nil
}

// levels tells how far each node is from the root.
func (b *Builder) levels() []int16 {
	levels := make([]int16, len(b.nodes))
	for i, n := range b.nodes { // children come after their parents
		for _, child := range n.children {
			levels[child] = levels[i] + 1
		}
	}
	return levels
}
