package ndjson

import (
	"bytes"
	"encoding/binary"
	"slices"
)

// FHIR repeats itself: the codings, categories and types of one claim come
// back in the next, byte for byte, and make up most of the text. A memo keeps
// objects that have been walked, each with what its walk did to registers and
// marks outside of it. When the same bytes stand at the same node again,
// comparing them takes the place of walking them.
//
// This rests on two things. What the walk of an object does depends on its
// bytes and its node alone: rules look only at registers and marks of scopes
// inside the object, and those are cleared when their scope opens. And what it
// does outside is a list of steps (put, set, mark) whose outcome may depend on
// what was there before, so the steps are done again and not their outcome.

const (
	memoSets    = 1 << 8 // a power of two
	memoWays    = 8
	memoLongest = 2 << 10 // bytes of an object
	memoLook    = 256     // how far a comma is looked for
)

// A memo belongs to one record. Its size is fixed; an entry that has not been
// of use gives way to a newer one of the same set.
type memo struct {
	sets [memoSets]memoSet
}

type memoSet struct {
	ways [memoWays]remembered
	turn int // the way that gives way next
	// Marks of objects that were met once. What comes only once is not worth
	// remembering.
	met  [memoWays]uint32
	meet int
}

// remembered is an object that was walked.
type remembered struct {
	text   []byte
	node   *node
	depth  int
	used   bool // since its turn to give way came last
	stores []storing
	marks  []marking
	next   *remembered // what came after it at the node the last time
}

// A storing is a span that went into registers of a scope outside the object.
type storing struct {
	to    slot
	span  Span // relative to the object
	empty bool // the span is that of no value
}

// A marking is a condition met by an element outside the object.
type marking struct {
	scope int32
	level int16
	marks Marks
}

// find returns the set in which an object that begins at at is, if it is
// remembered, and a mark of the object. They are told by what stands before its
// first two commas: of a coding that is the code, whatever comes first in it.
func (m *memo) find(b []byte, at int) (*memoSet, uint32) {
	const mix = 0x9E3779B97F4A7C15
	rest := b[at:min(at+memoLook, len(b))]
	i := bytes.IndexByte(rest, ',')
	if i < 8 {
		return &m.sets[0], 0
	}
	h := binary.LittleEndian.Uint64(rest[i-8:]) + uint64(i)
	if rest[i-1] != '}' { // the object goes on
		if k := bytes.IndexByte(rest[i+1:], ','); k >= 0 {
			h = h*mix ^ binary.LittleEndian.Uint64(rest[i+1+k-8:])
		}
	}
	h *= mix
	return &m.sets[h>>56%memoSets], uint32(h >> 24)
}

// meets reports whether an object with a mark was met before, and notes it.
func (s *memoSet) meets(mark uint32) bool {
	if slices.Contains(s.met[:], mark) {
		return true
	}
	s.met[s.meet] = mark
	s.meet = (s.meet + 1) % memoWays
	return false
}

// victim returns the entry that gives way.
func (s *memoSet) victim() *remembered {
	for {
		e := &s.ways[s.turn]
		s.turn = (s.turn + 1) % memoWays
		if !e.used {
			return e
		}
		e.used = false
	}
}

// is reports whether an object at node n that begins with b is this one.
func (e *remembered) is(n *node, depth int, b []byte) bool {
	return e.node == n && e.depth == depth && len(b) >= len(e.text) && string(b[:len(e.text)]) == string(e.text)
}

// replay does again what the walk of the object did, now at offset at.
func (w *walker) replay(h *habit, e *remembered, at int) {
	h.hit(e)
	for i := range e.stores {
		s := &e.stores[i]
		span := s.span
		if !s.empty {
			span.off += uint32(at)
		}
		w.store(s.to, span)
	}
	for i := range e.marks {
		w.mark(e.marks[i])
	}
}

// remember is object for objects that may have been seen before.
func (w *walker) remember(n *node, at, depth int) (int, error) {
	h := &w.r.habits[n.id]
	if h.last != nil {
		if e := h.last.next; e != nil && e.is(n, depth, w.b[at:]) {
			w.replay(h, e, at)
			return at + len(e.text), nil
		}
	}
	if w.r.memo == nil {
		w.r.memo = new(memo)
	}
	set, mark := w.r.memo.find(w.b, at)
	for i := range set.ways {
		if e := &set.ways[i]; e.is(n, depth, w.b[at:]) {
			w.replay(h, e, at)
			return at + len(e.text), nil
		}
	}
	if !set.meets(mark) {
		end, err := w.walkObject(n, at, depth)
		h.miss(end - at)
		return end, err
	}
	stores, marks := len(w.r.stores), len(w.r.marked)
	w.recording++
	end, err := w.walkObject(n, at, depth)
	w.recording--
	if err != nil {
		return end, err
	}
	h.miss(end - at)
	// What happened in scopes inside the object is over.
	w.r.stores = outside(w.r.stores, stores, func(s *storing) bool { return s.to.level < n.level })
	w.r.marked = outside(w.r.marked, marks, func(m *marking) bool { return m.level < n.level })
	if end-at <= memoLongest {
		e := set.victim()
		e.node, e.depth, e.next = n, depth, nil
		e.text = append(e.text[:0], w.b[at:end]...)
		e.stores = append(e.stores[:0], w.r.stores[stores:]...)
		for i := range e.stores {
			if !e.stores[i].empty {
				e.stores[i].span.off -= uint32(at)
			}
		}
		e.marks = append(e.marks[:0], w.r.marked[marks:]...)
		h.follow(e)
	}
	if w.recording == 0 {
		w.r.stores, w.r.marked = w.r.stores[:0], w.r.marked[:0]
	}
	return end, nil
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
	tries int
	rest  int // objects that are not looked for
}

const (
	habitTries = 128  // after so many objects the habit is judged
	habitRest  = 4096 // how long it rests after a bad judgement
	habitCost  = 64   // of looking in vain, in bytes
)

func (h *habit) worthwhile() bool {
	if h.rest > 0 {
		h.rest--
		return false
	}
	return true
}

// follow notes that an object came after the last one.
func (h *habit) follow(e *remembered) {
	if h.last != nil {
		h.last.next = e
	}
	h.last = e
}

func (h *habit) hit(e *remembered) {
	e.used = true
	h.follow(e)
	h.judge(len(e.text) - habitCost/2)
}

func (h *habit) miss(size int) { h.judge(-habitCost - size/8) }

func (h *habit) judge(score int) {
	h.score += score
	if h.tries++; h.tries < habitTries {
		return
	}
	if h.score < 0 {
		h.rest = habitRest
	}
	h.tries, h.score = 0, 0
}
