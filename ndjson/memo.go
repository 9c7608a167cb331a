package ndjson

import (
	"bytes"
	"encoding/binary"
	"hash/maphash"
	"iter"
	"slices"
)

// FHIR repeats itself: the codings, categories and types of one claim come
// back in the next, byte for byte, and so do its amounts but for the number in
// them. A memo keeps objects that have been walked, each with what its walk
// did to registers and marks outside of it. When an object with the same bytes
// stands at the same node again, comparing them takes the place of walking it.
// Scalars that were seen to vary, and that no condition looks at, are holes in
// what is compared; they are scanned.
//
// This rests on two things. What the walk of an object does depends on its
// node, its bytes outside of the holes, and where the holes are: rules look
// only at registers and marks of scopes inside the object, which are cleared
// when their scope opens; marks come from scalars that conditions look at; and
// of other scalars it only matters that they are there. And what the walk does
// outside is a list of steps (store, mark) whose outcome may depend on what was
// there before, so the steps are done again and not their outcome. An object
// that is a row also leaves its registers and marks, which are all its own.

const (
	memoSets    = 1 << 7 // a power of two
	memoWays    = 8
	memoLongest = 1280    // bytes of an object
	memoEnds    = 12      // how many of them tell objects apart
	memoHoles   = 12      // of an object
	memoShapes  = 1 << 10 // a power of two
	memoNext    = 8       // objects that came after one
)

// A memo belongs to one record. Its size is fixed; an entry that has not been
// of use gives way to a newer one of the same set.
type memo struct {
	sets   [memoSets]memoSet
	shapes [memoShapes]shape // by what is outside of scalars that may vary
	vary   [1 << 10]uint64   // a bit for each end of a key that varies
}

type memoSet struct {
	tags [memoWays]uint32 // of the ways, to tell most of them apart
	ways [memoWays]remembered
	turn int // the way that gives way next
	// Tags of objects that were met once. What comes only once is not worth
	// remembering.
	met  [memoWays]uint32
	meet int
	long uint32 // tag of the last object that was too long
}

// A shape has the last objects that are alike but for scalars.
type shape [2]*remembered

// remembered is an object that was walked. What a comparison needs comes first
// and stands together: an object is seldom in the processor's cache.
type remembered struct {
	node  *node
	depth int32
	used  bool   // since its turn to give way came last
	count uint8  // of holes
	text  string // padded
	holes [memoHoles]hole
	next  [memoNext]*remembered // what came after it at the node the last times

	counted  int32 // the entry of a census that the object is, or 0
	stores   []storing
	marks    []marking
	row      []storing // registers of the object itself, when it is a row
	rowMarks Marks
	scalars  []piece // those that may vary
}

// A hole is the place in the text of a scalar that does vary.
type hole struct{ start, end uint16 }

// A piece is a part of an object's text: a scalar, with its quotes.
type piece struct{ start, end int32 }

// A storing is a span that went into registers of a scope outside the object, or
// of the object itself when it is a row.
type storing struct {
	to    slot
	span  Span // relative to the object
	empty bool // the span is that of no value
	hole  int8 // the span is that of a hole, or -1
	after int8 // how many holes are before it
}

// A marking is a condition met by an element outside the object.
type marking struct {
	scope int32
	level int16
	marks Marks
}

// A key is what objects are looked for by: the ends of their first members and
// elements, but where those were seen to vary the names behind them. Of a coding
// that is the code, whatever comes first in it.
type key struct {
	set *memoSet
	tag uint32
}

// key makes the key of the object at the beginning of b, at a node.
func (m *memo) key(n *node, b []byte) key {
	h := uint64(n.id + 1)
	for end, next := range ends(b) {
		h = mixed(h, b, end, next, m.varies(h))
	}
	h *= keyMix
	return key{&m.sets[h>>56%memoSets], uint32(h >> 24)}
}

// learn notes what holes of an object are in, so that it does not count in its
// key.
func (m *memo) learn(e *remembered) {
	h := uint64(e.node.id + 1)
	text := []byte(e.text)
	for end, next := range ends(text) {
		within := func(x hole) bool { return int(x.start) < end && int(x.end) > end-8 }
		if slices.ContainsFunc(e.holes[:e.count], within) {
			word, bit := m.place(h)
			*word |= bit
		}
		h = mixed(h, text, end, next, m.varies(h))
	}
}

// ends yields where the first members and elements end in the object at the
// beginning of b, by the commas behind them, and where the next ones begin; then
// where the last text of the object ends, and zero. It takes a comma before a
// quote or bracket for one between members, and the object to end where as many
// braces have been closed as opened; when texts mislead it, the key is less good.
func ends(b []byte) iter.Seq2[int, int] {
	return func(yield func(int, int) bool) {
		open, counted, at := 0, 0, 0
		for range memoEnds {
			comma := nextComma(b, at)
			end := comma
			for end > at && (b[end-1] == '}' || b[end-1] == ']') {
				end--
			}
			if end < comma {
				open += bytes.Count(b[counted:comma], []byte{'{'}) - bytes.Count(b[counted:comma], []byte{'}'})
				counted = comma
			}
			if end < comma && open <= 0 || len(b)-comma < 8 {
				yield(end, 0)
				return
			}
			if at = comma + 1; at >= memoLongest || !yield(end, at) {
				return
			}
		}
	}
}

// nextComma returns the offset of the next comma between members or elements,
// as far as one is looked for.
func nextComma(b []byte, at int) int {
	for at < memoLongest {
		i := bytes.IndexByte(b[at:], ',')
		if i < 0 {
			return len(b)
		}
		at += i + 1
		if at < len(b) && (b[at] == '"' || b[at] == '{' || b[at] == '[') {
			return at - 1
		}
	}
	return min(at, len(b))
}

const keyMix = 0x9E3779B97F4A7C15

// mixed adds to a hash what stands before an end, or when that varies the name
// behind it.
func mixed(h uint64, b []byte, end, next int, varies bool) uint64 {
	switch {
	case !varies && end >= 8:
		h ^= binary.LittleEndian.Uint64(b[end-8:])
	case next > 0:
		h ^= uint64(binary.LittleEndian.Uint32(b[next:]))
	}
	h = (h + 1) * keyMix
	return h ^ h>>32
}

// place is where it is noted whether an end varies, given the hash of what is in
// front of it.
func (m *memo) place(h uint64) (word *uint64, bit uint64) {
	i := h * keyMix >> 48
	return &m.vary[i/64], 1 << (i % 64)
}

func (m *memo) varies(h uint64) bool {
	word, bit := m.place(h)
	return *word&bit != 0
}

var memoSeed = maphash.MakeSeed()

// shapeOf is the place for objects with a text that are alike but for scalars.
func (m *memo) shapeOf(n *node, text []byte, scalars []piece) *shape {
	var h maphash.Hash
	h.SetSeed(memoSeed)
	h.WriteByte(byte(n.id))
	from := int32(0)
	for _, s := range scalars {
		h.Write(text[from:s.start])
		from = s.end
	}
	h.Write(text[from:])
	return &m.shapes[h.Sum64()%memoShapes]
}

// meets reports whether an object with a tag was met before, and notes it.
func (s *memoSet) meets(tag uint32) bool {
	if slices.Contains(s.met[:], tag) {
		return true
	}
	s.met[s.meet] = tag
	s.meet = (s.meet + 1) % memoWays
	return false
}

// victim returns the entry that gives way to one with the key.
func (k key) victim() *remembered {
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

// take moves an entry to where it is found by the key, and returns its place.
func (k key) take(e *remembered) *remembered {
	for i := range k.set.ways {
		if &k.set.ways[i] == e {
			k.set.tags[i] = k.tag
			return e
		}
	}
	to := k.victim()
	*to, *e = *e, remembered{}
	return to
}

// replay does again what the walk of the object did that was matched last.
func (w *walker) replay(h *habit, e *remembered) int {
	h.hit(e)
	if next := e.next[0]; next != nil && len(next.text) > 0 {
		h.fetched ^= next.text[0]
	}
	for i := range e.stores {
		w.store(e.stores[i].to, w.found.span(&e.stores[i]))
	}
	for i := range e.marks {
		w.mark(e.marks[i])
	}
	if e.counted != 0 {
		w.met(e.counted)
	}
	if set := e.node.rowSet; set >= 0 {
		registers := w.r.rows[set].add(e.rowMarks)
		for i := range e.row {
			registers[e.row[i].to.reg] = w.found.span(&e.row[i])
		}
	}
	if w.recording > 0 {
		for i, h := range e.holes[:e.count] {
			start := int32(int(h.start) + w.found.shifts[i])
			end := int32(int(h.end) + w.found.shifts[i+1])
			w.r.scalars = append(w.r.scalars, piece{start, end})
		}
	}
	return w.found.end
}

// expected reads the object at offset at if it is the one that came next the last
// time. It reports whether it is.
func (w *walker) expected(n *node, at, depth int) (int, bool) {
	h := &w.r.habits[n.id]
	if h.last == nil || h.rest > 0 {
		return at, false
	}
	if e := h.last.next[0]; e != nil && w.match(e, n, at, depth) {
		return w.replay(h, e), true
	}
	return at, false
}

// remember is object for objects that may have been seen before, though not as
// expected.
func (w *walker) remember(n *node, at, depth int) (int, error) {
	h := &w.r.habits[n.id]
	if h.last != nil {
		for _, e := range h.last.next[1:] {
			if e != nil && w.match(e, n, at, depth) {
				return w.replay(h, e), nil
			}
		}
	}
	if w.r.memo == nil {
		w.r.memo = new(memo)
	}
	key := w.r.memo.key(n, w.b[at:])
	for i, t := range key.set.tags {
		if e := &key.set.ways[i]; t == key.tag && w.match(e, n, at, depth) {
			return w.replay(h, e), nil
		}
	}
	if key.tag == key.set.long || !h.curious() && !key.set.meets(key.tag) {
		end, err := w.walkObject(n, at, depth)
		h.miss(end - at)
		return end, err
	}
	return w.record(n, h, key, at, depth)
}

// record walks an object, and notes what the walk does.
func (w *walker) record(n *node, h *habit, key key, at, depth int) (int, error) {
	r := w.r
	stores, marks, scalars, counted := len(r.stores), len(r.marked), len(r.scalars), r.census.recorded()
	w.recording++
	end, err := w.walkObject(n, at, depth)
	w.recording--
	if err != nil {
		return end, err
	}
	h.miss(end - at)
	// What happened in scopes inside the object is over.
	r.stores = outside(r.stores, stores, func(s *storing) bool { return s.to.level < n.level })
	r.marked = outside(r.marked, marks, func(m *marking) bool { return m.level < n.level })
	if text := w.b[at:end]; len(text) <= memoLongest {
		pieces := r.pieces[:0]
		for _, s := range r.scalars[scalars:] {
			pieces = append(pieces, piece{s.start - int32(at), s.end - int32(at)})
		}
		r.pieces = pieces
		shape := r.memo.shapeOf(n, text, pieces)
		e := shape.alike(n, depth, text, pieces)
		if e == nil {
			e = key.victim()
			e.node, e.depth, e.next = n, int32(depth), [memoNext]*remembered{}
			e.text = padded(text)
			e.count = 0
			e.scalars = append(e.scalars[:0], pieces...)
			e.stores = append(e.stores[:0], r.stores[stores:]...)
			e.marks = append(e.marks[:0], r.marked[marks:]...)
			e.counted = r.census.set(counted)
			e.row = e.row[:0]
			if n.rowSet >= 0 {
				e.keepRow(&r.rows[n.rowSet])
			}
			e.startAt(at)
			shape[1] = shape[0]
		} else {
			r.memo.learn(e)
			e = r.memo.key(n, w.b[at:]).take(e)
		}
		shape[0] = e
		h.follow(e)
	} else {
		key.set.long = key.tag
	}
	if w.recording == 0 {
		r.stores, r.marked, r.scalars = r.stores[:0], r.marked[:0], r.scalars[:0]
		r.census.endRecording()
	}
	return end, nil
}

// keepRow keeps what the last row of a set has, which is the object.
func (e *remembered) keepRow(set *rowSet) {
	for i, s := range set.regs[len(set.regs)-set.width:] {
		if !s.IsZero() {
			e.row = append(e.row, storing{to: slot{reg: int32(i)}, span: s, empty: s == emptySpan, hole: -1})
		}
	}
	e.rowMarks = set.marks[len(set.marks)-1]
}

// startAt makes spans of the line relative to the object.
func (e *remembered) startAt(at int) {
	for _, steps := range [][]storing{e.stores, e.row} {
		for i := range steps {
			if s := &steps[i]; !s.empty {
				s.span.off -= uint32(at)
			}
		}
	}
}

// alike returns the object of a shape that differs from another in scalars only,
// which become holes, or nil. It puts the object in the first place of the shape.
func (s *shape) alike(n *node, depth int, text []byte, scalars []piece) *remembered {
	for i, e := range s {
		if e != nil && e.node == n && int(e.depth) == depth && e.vary(text, scalars) {
			s[0], s[i] = s[i], s[0]
			return e
		}
	}
	return nil
}

// vary makes holes of the scalars in which the object and another differ, if
// they differ in nothing else.
func (e *remembered) vary(text []byte, scalars []piece) bool {
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
	for _, steps := range [][]storing{e.stores, e.row} {
		for i := range steps {
			if !steps[i].among(holes) {
				return false
			}
		}
	}
	e.count = uint8(copy(e.holes[:], holes))
	return true
}

// among puts a span into its place among holes. It reports false for that of an
// array with a hole in it, which has no fixed size.
func (s *storing) among(holes []hole) bool {
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

// outside drops the steps from the one with number from on that are not
// wanted.
func outside[T any](steps []T, from int, wanted func(*T) bool) []T {
	kept := steps[:from]
	for i := from; i < len(steps); i++ {
		if wanted(&steps[i]) {
			kept = append(kept, steps[i])
		}
	}
	return kept
}

// A habit is what a node has shown so far: which of its remembered objects
// came last, and whether remembering them is worth it.
type habit struct {
	last  *remembered
	score int // bytes that need not be walked, less what looking in vain costs
	tries int // in vain
	rest  int // objects that are not looked for
	bad   int // judgements since the last good one

	// What is likely to come next is read before it is wanted, because it is
	// seldom in the processor's cache. This is for what was read.
	fetched byte
}

const (
	habitTries   = 128  // after so many objects that were not found the habit is judged
	habitRest    = 4096 // how long it rests after a bad judgement, and longer after another
	habitBad     = 8    // judgements that make the rest no longer
	habitCost    = 64   // of looking in vain, in bytes
	habitCurious = 4    // one of so many new objects is recorded at once
)

func (h *habit) worthwhile() bool {
	if h.rest > 0 {
		h.rest--
		return false
	}
	return true
}

// curious reports whether to record an object that was not met before.
func (h *habit) curious() bool { return h.tries%habitCurious == 0 }

// follow notes that an object came after the last one.
func (h *habit) follow(e *remembered) {
	if h.last != nil && h.last.next[0] != e {
		next := &h.last.next
		i := 1
		for i < len(next)-1 && next[i] != e {
			i++
		}
		copy(next[1:i+1], next[:i])
		next[0] = e
	}
	h.last = e
}

func (h *habit) hit(e *remembered) {
	if !e.used { // what is not written to need not be written back
		e.used = true
	}
	h.follow(e)
	h.score += len(e.text) - habitCost/2
}

func (h *habit) miss(size int) {
	h.score -= habitCost + size/8
	if h.tries++; h.tries < habitTries {
		return
	}
	if h.score < 0 {
		h.bad = min(h.bad+1, habitBad)
		h.rest = habitRest << h.bad
	} else {
		h.bad = 0
	}
	h.tries, h.score = 0, 0
}
