package ndjson

import (
	"hash/maphash"
)

// A memo belongs to one record. Its size is fixed: a new entry replaces one of its
// set that has not been found lately.
type memo struct {
	nodes  []admission // by node
	tables *memoTables // nil until an object is looked up
	found  match       // the object found last
}

// A miss is the result of a failed lookup, which learn needs.
type miss struct {
	key     key
	enabled bool // the object was looked up
	record  bool // the effects of its walk are wanted
}

func newMemo(nodes int) *memo { return &memo{nodes: make([]admission, nodes)} }

// find returns the entry that is equal to the object at offset at, and fills
// m.found; or nil, and what learn needs.
//
// The entry that came next the last time is compared first, without a key: that is
// most of what is found.
func (m *memo) find(n *node, b []byte, at, depth int) (*entry, miss) {
	a := &m.nodes[n.id]
	if a.last != nil && a.backoff == 0 {
		if e := a.last.next[0]; e != nil && m.found.equal(e, n, b, at, depth) {
			a.hit(e)
			return e, miss{}
		}
	}
	return m.search(a, n, b, at, depth)
}

// search is find for an object that is not the one expected.
func (m *memo) search(a *admission, n *node, b []byte, at, depth int) (*entry, miss) {
	if !a.enabled() {
		return nil, miss{}
	}
	if a.last != nil {
		for _, e := range a.last.next[1:] {
			if e != nil && m.found.equal(e, n, b, at, depth) {
				a.hit(e)
				return e, miss{}
			}
		}
	}
	if m.tables == nil {
		m.tables = new(memoTables)
	}
	k := m.tables.key(n, b[at:])
	for i, t := range k.set.tags {
		if e := &k.set.ways[i]; t == k.tag && m.found.equal(e, n, b, at, depth) {
			a.hit(e)
			return e, miss{}
		}
	}
	record := a.sampleNew() || k.set.seen.seenBefore(k.tag)
	return nil, miss{k, true, record}
}

// learn takes note of an object of b that was not found and has been walked, with
// the effects of its walk if they were wanted. It returns the entry if that is new.
func (m *memo) learn(n *node, missed *miss, b []byte, at, end, depth int, did *effects) *entry {
	if !missed.enabled {
		return nil
	}
	a := &m.nodes[n.id]
	a.miss(end - at)
	if !missed.record {
		return nil
	}
	text := b[at:end]
	if len(text) > memoLongest {
		return nil
	}
	shape := m.tables.shapeOf(n, text, did.scalars)
	if e := shape.alike(n, depth, text, did.scalars); e != nil {
		// Its holes are new, and with them its key.
		m.tables.learnHoles(e)
		shape[0] = m.tables.key(n, b[at:]).move(e)
		a.follow(shape[0])
		return nil
	}
	e := missed.key.victim()
	e.fill(n, at, depth, text, did)
	shape[0], shape[1] = e, shape[0]
	a.follow(e)
	return e
}

var memoSeed = maphash.MakeSeed()

// shapeOf returns the place for objects whose texts differ in scalars only.
func (t *memoTables) shapeOf(n *node, text []byte, scalars []scalarSpan) *shape {
	var h maphash.Hash
	h.SetSeed(memoSeed)
	h.WriteByte(byte(n.id))
	from := int32(0)
	for _, s := range scalars {
		h.Write(text[from:s.start])
		from = s.end
	}
	h.Write(text[from:])
	return &t.shapes[h.Sum64()%memoShapes]
}

// alike returns the entry of a shape that differs from an object in scalars only,
// which become holes, or nil. It puts the entry first in the shape.
func (s *shape) alike(n *node, depth int, text []byte, scalars []scalarSpan) *entry {
	for i, e := range s {
		if e != nil && e.node == n && int(e.depth) == depth && e.vary(text, scalars) {
			s[0], s[i] = s[i], s[0]
			return e
		}
	}
	return nil
}

// victim returns the entry that is replaced by one with the key.
func (k key) victim() *entry {
	s := k.set
	for {
		i := s.turn
		e := &s.ways[i]
		s.turn = (s.turn + 1) % memoWays
		if !e.used {
			s.tags[i] = k.tag
			return e
		}
		e.used = false
	}
}

// move puts an entry where the key finds it, and returns its new place.
func (k key) move(e *entry) *entry {
	for i := range k.set.ways {
		if &k.set.ways[i] == e {
			k.set.tags[i] = k.tag
			return e
		}
	}
	to := k.victim()
	*to, *e = *e, entry{}
	return to
}
