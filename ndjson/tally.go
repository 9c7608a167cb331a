package ndjson

import (
	"encoding/binary"
	"slices"

	"github.com/cclf-tools/cclf/internal/jsonscan"
)

// A tallyEntry is what a census counts, or a set of entries.
type tallyEntry struct {
	name  string
	parts []int32 // of a set: entries that came before
}

// tally is the part of a Record that counts for a census. Entry 0 is that of objects
// that do not count.
type tally struct {
	grown   map[grownKey]*node
	ids     map[string]int32 // entries by node and texts
	names   map[string]int32 // entries by name
	sets    map[string]int32 // by their parts
	entries []tallyEntry
	counts  []int64 // by entry
	line    []int32 // entries of the line walked last
	counted []int32 // entries of the objects being recorded
	caught  [][2]Span
	key     []byte
	path    []string
	texts   [2][]byte
	totals  map[string]int64 // of entries that were dropped
}

type grownKey struct {
	parent *node
	name   string
}

func newTally() *tally {
	return &tally{
		grown:   map[grownKey]*node{},
		ids:     map[string]int32{},
		names:   map[string]int32{},
		sets:    map[string]int32{},
		entries: make([]tallyEntry, 1),
		counts:  make([]int64, 1),
		caught:  make([][2]Span, jsonscan.MaxDepth+2),
		totals:  map[string]int64{},
	}
}

// full reports whether a table has reached its limit.
func (c *tally) full() bool {
	return len(c.grown) >= censusGrown || len(c.entries) >= censusSets || len(c.ids) >= censusSets
}

// total moves the counts of all entries into the totals.
func (c *tally) total() {
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

// begin prepares for a line. It reports whether the memo must be dropped, because
// the tables were full and have been emptied.
func (c *tally) begin() (forget bool) {
	c.line, c.counted = c.line[:0], c.counted[:0]
	if !c.full() {
		return false
	}
	c.total()
	totals := c.totals
	*c = *newTally()
	c.totals = totals
	return true
}

// entry returns the number of the entry with a name.
func (c *tally) entry(name string) int32 {
	i, known := c.names[name]
	if !known {
		i = c.add(tallyEntry{name: name})
		c.names[name] = i
	}
	return i
}

func (c *tally) add(e tallyEntry) int32 {
	c.entries = append(c.entries, e)
	c.counts = append(c.counts, 0)
	return int32(len(c.entries) - 1)
}

// recorded returns how many entries the objects being recorded have so far.
func (c *tally) recorded() int {
	if c == nil {
		return 0
	}
	return len(c.counted)
}

// endRecording drops the entries recorded, once no object is being recorded.
func (c *tally) endRecording() {
	if c != nil {
		c.counted = c.counted[:0]
	}
}

// set returns the entry for the set of entries recorded from index from on.
func (c *tally) set(from int) int32 {
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
		i = c.add(tallyEntry{parts: append([]int32(nil), parts...)})
		c.sets[string(c.key)] = i
	}
	return i
}

// count counts the object of node n that has been walked, and returns its entry, or
// 0 if it does not count.
func (c *tally) count(p *Program, n *node, line []byte) int32 {
	spans := c.caught[n.level]
	if spans[len(n.rule.Members)-1].IsZero() {
		return 0
	}
	texts := c.textsOf(n, spans, line)
	i, known := c.ids[string(c.key)]
	if known && !p.overflows(n) {
		return i
	}
	i = 0
	if name, counted := p.census.Name(c.pathOf(n), texts, n.use(texts)); counted {
		i = c.entry(name)
	}
	if !p.overflows(n) {
		c.ids[string(c.key)] = i
	}
	return i
}

// textsOf returns the listed texts of an object, and leaves in c.key what tells the
// objects of all nodes and texts apart.
func (c *tally) textsOf(n *node, spans [2]Span, line []byte) (texts [2][]byte) {
	c.key = binary.LittleEndian.AppendUint32(c.key[:0], uint32(n.id))
	for i, s := range spans {
		c.key = append(c.key, 0xFF) // not in UTF-8
		if s.IsZero() {
			continue
		}
		texts[i] = s.Raw(line)
		if s.Escaped() {
			c.texts[i] = jsonscan.AppendUnescaped(c.texts[i][:0], texts[i])
			texts[i] = c.texts[i]
		}
		c.key = append(c.key, 0xFE)
		c.key = append(c.key, texts[i]...)
	}
	return texts
}

// met notes an entry of the line, and of the objects that are being recorded.
func (c *tally) met(entry int32, recording bool) {
	c.line = append(c.line, entry)
	if recording {
		c.counted = append(c.counted, entry)
	}
}

// pathOf returns the member names from the root to a node. They are valid until
// the next call.
func (c *tally) pathOf(n *node) []string {
	c.path = c.path[:0]
	for ; n.parent != nil; n = n.parent {
		c.path = append(c.path, n.name)
	}
	slices.Reverse(c.path)
	return c.path
}

// grow returns the node of a member that no path names, made when it comes for the
// first time.
func (c *tally) grow(p *Program, n *node, name []byte) *node {
	if child := c.grown[grownKey{n, string(name)}]; child != nil {
		return child
	}
	child := &node{level: n.level + 1, scope: -1, rowSet: -1, walked: true, parent: n}
	if len(name) > censusName || len(c.grown) == censusGrown || p.overflows(n) {
		child.name = string(name[:min(len(name), censusName+1)])
		child.id, child.forget = p.lastNode(), true
	} else {
		child.name = string(name)
		child.id = len(p.nodes) + len(c.grown)
		c.grown[grownKey{n, child.name}] = child
	}
	p.census.place(child)
	return child
}
