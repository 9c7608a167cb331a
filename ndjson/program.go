package ndjson

// A Program is a set of paths compiled into one trie, so that one pass over a
// line finds the values of all of them and skips the rest. It is immutable and safe
// for concurrent use; each goroutine walks with a [Record] of its own.
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
	most    []int    // by row set: elements that a record may have, or 0
}

type node struct {
	id      int
	level   int16        // how far from the root
	ordinal uint8        // among the children of its parent, from 1; 0 if no path names it
	members table[int32] // child nodes
	stores  []slot       // where a scalar goes
	tests   []test       // conditions that a scalar may meet
	list    *slot        // where a whole array goes, or nil
	scope   int          // scope that each object here opens, or -1
	rowSet  int          // that each object here is a row of, or -1
	wanted  bool         // a scalar is of use
	forget  bool         // its objects never go into the memo
	walked  bool         // its objects are walked even if nothing is wanted of them

	// For a census:
	parent *node
	name   string
	rule   *CensusRule // of its objects, or nil
	member int8        // which of the members of its parent's rule it is, from 1, or 0
	read   bool        // something in its objects is Read
	chosen [2][]*test  // that look at the members of its rule
}

// maxChildren is the number of children that a node may have: a walk has a bit for
// each, to find names that come twice.
const maxChildren = 64

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
