package ndjson

import (
	"encoding/binary"
	"slices"

	"github.com/cclf-tools/cclf/internal/jsonscan"
)

// A Census counts objects of a line by what the texts of some of their members
// are, wherever in the line the objects are: under members that no path names,
// too. It tells what an input holds beside what is asked of it.
//
// An object that a memo knows need not be walked to be counted: a memo entry
// has the number of the set of entries that its walk gave, and a replay notes
// that one number. Texts that are listed are never holes in a memo entry.
type Census struct {
	// Rules choose objects. The first that fits an object is that of it.
	Rules []CensusRule
	// Name returns what an object is counted as, and false if it is not
	// counted. It is called when an object with these texts comes at its path
	// for the first time, and must depend on its arguments alone, which are
	// valid during the call only. Texts that are missing are nil.
	Name func(path []string, texts [2][]byte, use Use) (name string, counted bool)
}

// A CensusRule chooses objects, and the members whose texts are listed.
type CensusRule struct {
	Under   []string // the last names on the path to the object; none for any object
	Members []string // one or two; objects without a string in the last one do not count; of an array the last string counts
}

// Use says what a program does with an object of a census.
type Use uint8

// The uses of an object, least first.
const (
	Unused Use = iota // no path looks into it
	Read              // a path looks into it, whatever the listed texts are
	Chosen            // a condition asks for one of the listed texts
)

// A censusEntry is what a census counts, or a set of such.
type censusEntry struct {
	name  string
	parts []int32 // of a set: entries that came before
}

const (
	censusGrown = 1 << 10 // nodes for members that no path names
	censusSets  = 1 << 13 // entries and sets of a record
	censusName  = 1 << 7  // bytes of a member name that is kept
)

// census is the part of a Record that counts. Entry 0 is that of objects that
// are not counted.
type census struct {
	grown   map[grownKey]*node
	ids     map[string]int32 // entries by node and texts
	names   map[string]int32 // entries by name
	sets    map[string]int32 // by their parts
	entries []censusEntry
	counts  []int64 // by entry
	line    []int32 // entries of the line walked last
	counted []int32 // entries of the objects that are being recorded
	caught  [][2]Span
	key     []byte
	path    []string
	texts   [2][]byte
	totals  map[string]int64 // of entries that are no more
}

type grownKey struct {
	parent *node
	name   string
}

func newCensus() *census {
	return &census{
		grown:   map[grownKey]*node{},
		ids:     map[string]int32{},
		names:   map[string]int32{},
		sets:    map[string]int32{},
		entries: make([]censusEntry, 1),
		counts:  make([]int64, 1),
		caught:  make([][2]Span, jsonscan.MaxDepth+2),
		totals:  map[string]int64{},
	}
}

// full reports whether the tables have grown as far as they may.
func (c *census) full() bool {
	return len(c.grown) >= censusGrown || len(c.entries) >= censusSets || len(c.ids) >= censusSets
}

// Tally counts what the census lists of the line walked last.
func (r *Record) Tally() {
	if c := r.census; c != nil {
		for _, i := range c.line {
			c.counts[i]++
		}
		c.line = c.line[:0]
	}
}

// Tallied passes what was counted since the last call to add, in no order.
func (r *Record) Tallied(add func(name string, count int64)) {
	if r.census == nil {
		return
	}
	r.census.total()
	for name, count := range r.census.totals {
		add(name, count)
	}
	clear(r.census.totals)
}

// total moves the counts of all entries into the totals.
func (c *census) total() {
	for i := len(c.entries) - 1; i > 0; i-- { // parts come before their sets
		n := c.counts[i]
		if n == 0 {
			continue
		}
		c.counts[i] = 0
		e := &c.entries[i]
		if e.parts == nil {
			c.totals[e.name] += n
		}
		for _, part := range e.parts {
			c.counts[part] += n
		}
	}
}

// begin prepares for a line. It reports whether what the record remembers has to
// go, because the tables are full and have been emptied.
func (c *census) begin() (forget bool) {
	c.line, c.counted = c.line[:0], c.counted[:0]
	if !c.full() {
		return false
	}
	c.total()
	totals := c.totals
	*c = *newCensus()
	c.totals = totals
	return true
}

// entry returns the number of the entry with a name.
func (c *census) entry(name string) int32 {
	i, known := c.names[name]
	if !known {
		i = c.add(censusEntry{name: name})
		c.names[name] = i
	}
	return i
}

func (c *census) add(e censusEntry) int32 {
	c.entries = append(c.entries, e)
	c.counts = append(c.counts, 0)
	return int32(len(c.entries) - 1)
}

// recorded returns how many entries have been counted of the objects that are
// being recorded.
func (c *census) recorded() int {
	if c == nil {
		return 0
	}
	return len(c.counted)
}

// endRecording says that no object is being recorded any more.
func (c *census) endRecording() {
	if c != nil {
		c.counted = c.counted[:0]
	}
}

// set returns the number of the set of entries that were counted from the one
// with number from on.
func (c *census) set(from int) int32 {
	if c == nil {
		return 0
	}
	parts := c.counted[from:]
	switch len(parts) {
	case 0:
		return 0
	case 1:
		return parts[0]
	}
	c.key = c.key[:0]
	for _, part := range parts {
		c.key = binary.LittleEndian.AppendUint32(c.key, uint32(part))
	}
	i, known := c.sets[string(c.key)]
	if !known {
		i = c.add(censusEntry{parts: append([]int32(nil), parts...)})
		c.sets[string(c.key)] = i
	}
	return i
}

// count counts the object of node n that has been walked.
func (w *walker) count(n *node) {
	c := w.r.census
	spans := c.caught[n.level]
	if spans[len(n.rule.Members)-1].IsZero() {
		return
	}
	c.key = binary.LittleEndian.AppendUint32(c.key[:0], uint32(n.id))
	var texts [2][]byte
	for i, s := range spans {
		c.key = append(c.key, 0xFF) // no byte of a text
		if s.IsZero() {
			continue
		}
		texts[i] = s.Raw(w.b)
		if s.Escaped() {
			c.texts[i] = jsonscan.AppendUnescaped(c.texts[i][:0], texts[i])
			texts[i] = c.texts[i]
		}
		c.key = append(c.key, 0xFE)
		c.key = append(c.key, texts[i]...)
	}
	entry, known := c.ids[string(c.key)]
	if !known || w.p.overflows(n) {
		if name, counted := w.p.census.Name(c.pathOf(n), texts, n.use(texts)); counted {
			entry = c.entry(name)
		} else {
			entry = 0
		}
		if !w.p.overflows(n) {
			c.ids[string(c.key)] = entry
		}
	}
	if entry != 0 {
		w.met(entry)
	}
}

// met notes an entry of the line.
func (w *walker) met(entry int32) {
	c := w.r.census
	c.line = append(c.line, entry)
	if w.recording > 0 {
		c.counted = append(c.counted, entry)
	}
}

// pathOf returns the member names from the root to a node. They are valid until
// the next call.
func (c *census) pathOf(n *node) []string {
	c.path = c.path[:0]
	for ; n.parent != nil; n = n.parent {
		c.path = append(c.path, n.name)
	}
	slices.Reverse(c.path)
	return c.path
}

// use says what the program does with an object that has these texts.
func (n *node) use(texts [2][]byte) Use {
	for i, tests := range n.chosen {
		for _, t := range tests {
			if _, asked := t.exact.find(texts[i]); asked && texts[i] != nil {
				return Chosen
			}
		}
	}
	if n.read {
		return Read
	}
	return Unused
}

// overflows reports whether a node is one of those that came when there were
// too many. They share a number, and nothing is remembered of them.
func (p *Program) overflows(n *node) bool { return n.id == p.lastNode() }

// lastNode is the highest number that a node of a record has.
func (p *Program) lastNode() int { return len(p.nodes) + censusGrown }

// unknownMember returns the node of a member that no path names. In a census
// each has its own.
func (w *walker) unknownMember(n *node, name []byte) *node {
	if w.p.census == nil {
		return w.p.unknown
	}
	c := w.r.census
	if child := c.grown[grownKey{n, string(name)}]; child != nil {
		return child
	}
	child := &node{level: n.level + 1, scope: -1, rowSet: -1, walked: true, parent: n}
	if len(name) > censusName || len(c.grown) == censusGrown || w.p.overflows(n) {
		child.name = string(name[:min(len(name), censusName+1)])
		child.id, child.forget = w.p.lastNode(), true
	} else {
		child.name = string(name)
		child.id = len(w.p.nodes) + len(c.grown)
		c.grown[grownKey{n, child.name}] = child
	}
	w.p.census.place(child)
	return child
}

// place tells a node what the census wants of its objects, and of it as a member.
func (c *Census) place(n *node) {
	if n.parent != nil && n.parent.rule != nil {
		if i := slices.Index(n.parent.rule.Members, n.name); i >= 0 {
			n.member = int8(i + 1)
			n.wanted = true
		}
	}
	for i := range c.Rules {
		if rule := &c.Rules[i]; rule.fits(n) {
			n.rule = rule
			return
		}
	}
}

func (r *CensusRule) fits(n *node) bool {
	for _, name := range slices.Backward(r.Under) {
		if n.parent == nil || n.name != name {
			return false
		}
		n = n.parent
	}
	return true
}

// survey tells the nodes of a program what the census wants of them.
func (p *Program) survey(b *Builder) {
	if b.census == nil {
		return
	}
	p.census = b.census
	for i, n := range b.nodes { // children come after their parents
		p.nodes[i].walked = true
		p.census.place(&p.nodes[i])
		for name, child := range n.children {
			p.nodes[child].parent, p.nodes[child].name = &p.nodes[i], name
		}
	}
	for i := range b.nodes {
		n := &p.nodes[i]
		if n.member > 0 {
			chosen := &n.parent.chosen[n.member-1]
			for k := range n.tests {
				*chosen = append(*chosen, &n.tests[k])
			}
		}
		for up := n.parent; up != nil; up = up.parent {
			up.read = up.read || p.goesBeyond(n, up)
		}
	}
}

// goesBeyond reports whether something of node n goes beyond the objects of a
// node around it, whatever their listed texts are.
func (p *Program) goesBeyond(n, up *node) bool {
	beyond := func(to slot) bool { return to.level < up.level }
	if slices.ContainsFunc(n.stores, beyond) || n.list != nil && beyond(*n.list) {
		return true
	}
	if n.scope >= 0 {
		for _, rules := range p.scopes[n.scope].rules {
			if slices.ContainsFunc(rules, func(r rule) bool { return beyond(r.dst) }) {
				return true
			}
		}
	}
	listed := n.member > 0 && n.parent == up
	return !listed && slices.ContainsFunc(n.tests, func(t test) bool { return t.level < up.level })
}
