package ndjson

import (
	"bytes"
	"encoding/binary"
	"iter"
	"slices"
)

// memoEnds is how many ends of members and elements go into a key.
const memoEnds = 12

// A key is what an object is looked up by: a hash of the last bytes of its first
// members and elements, or, where those were seen to vary, of the names after them.
// For a coding that is the code, wherever it is in it.
type key struct {
	set *memoSet
	tag uint32
}

// key returns the key of the object at the beginning of b, at a node.
func (m *memoTables) key(n *node, b []byte) key {
	h := uint64(n.id + 1)
	for end, next := range ends(b) {
		h = mixed(h, b, end, next, m.varies(h))
	}
	h *= keyMix
	return key{&m.sets[h>>56%memoSets], uint32(h >> 24)}
}

// learnHoles notes which ends of an entry are in holes, so that they do not count
// in its key.
func (m *memoTables) learnHoles(e *entry) {
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

// ends yields where the first members and elements of the object at the beginning
// of b end, by the commas after them, with where the next ones begin; then where
// the last text of the object ends, with zero. It takes a comma before a quote or
// bracket for a separator, and the object to end where as many braces have been
// closed as opened. Texts that mislead it make the key worse, not the result.
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

// nextComma returns the offset of the next comma between members or elements
// within the first memoLongest bytes, or where the search ended.
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

// mixed adds to a hash the bytes before an end, or if those vary the name after
// it.
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

// place returns the bit that tells whether an end varies, given the hash of what is
// before it.
func (m *memoTables) place(h uint64) (word *uint64, bit uint64) {
	i := h * keyMix >> 48
	return &m.vary[i/64], 1 << (i % 64)
}

func (m *memoTables) varies(h uint64) bool {
	word, bit := m.place(h)
	return *word&bit != 0
}

// FHIR repeats itself: the codings, categories and types of one claim come back in
// the next, byte for byte, and so do its amounts except for the number. A memo
// keeps objects that have been walked, each with the effects of its walk on
// registers and marks outside of it. When an object with the same bytes comes at
// the same node again, it is compared and not walked. Scalars that were seen to
// vary, and that no condition tests, are holes in what is compared; they are
// scanned.
//
// This is correct for two reasons. First, what the walk of an object does depends
// on its node, its bytes outside of the holes, and where the holes are: rules read
// only registers and marks of scopes inside the object, which are cleared when
// their scope opens; marks come from scalars that conditions test; and of other
// scalars only the position matters. Second, the effects outside are kept as a list
// of operations (store, mark) and applied again, because their outcome may depend
// on what was there before. An object that is a row also leaves its registers and
// marks, which are all its own.
//
// The walker uses two methods: find, and learn for an object that was not found.

const (
	memoSets   = 1 << 7 // a power of two
	memoShapes = 1 << 10
)

type memoTables struct {
	sets   [memoSets]memoSet
	shapes [memoShapes]shape // by the text outside of scalars that may vary
	vary   [1 << 10]uint64   // a bit for each end of a key that varies
}

type memoSet struct {
	tags [memoWays]uint32 // of the ways, to tell most of them apart
	ways [memoWays]entry
	turn int // the way that is replaced next
	seen seenTags
}

// A shape has the last two entries that differ in scalars only.
type shape [2]*entry
