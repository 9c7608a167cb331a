package ndjson

import (
	"slices"

	"github.com/cclf-tools/cclf/internal/jsonscan"
)

// A match is where an object of the memo stands in the line.
type match struct {
	end    int
	shifts [memoHoles + 1]int // of the text before, between and behind the holes
	holes  [memoHoles]Span
}

// span is a span of the object in the line.
func (m *match) span(s *storing) Span {
	span := s.span
	switch {
	case s.hole >= 0:
		return m.holes[s.hole]
	case !s.empty:
		span.off = uint32(int(span.off) + m.shifts[s.after])
	}
	return span
}

// match reports whether the object at offset at is e, and where it ends.
func (w *walker) match(e *remembered, n *node, at, depth int) bool {
	if e.node != n || int(e.depth) != depth {
		return false
	}
	end := undecided
	if canMatchBlocks {
		end = matchBlocks(e, w.b, at, &w.found)
	}
	if end == undecided {
		end = matchParts(e, w.b, at, &w.found)
	}
	w.found.end = end
	return end != differs
}

// What a comparison gives that does not find the end of an object.
const (
	differs   = -1
	undecided = -2
)

// matchParts compares an object with the one at offset at, and fills m. It returns
// where the object ends, or differs.
func matchParts(e *remembered, b []byte, at int, m *match) (end int) {
	from := 0 // where what is before the hole begins in the text
	for i, h := range e.holes[:e.count] {
		m.shifts[i] = at - from
		start := int(h.start)
		next := at + start - from
		if next >= len(b) || string(b[at:next]) != e.text[from:start] {
			return differs
		}
		if e.text[start] == '"' {
			if b[next] != '"' {
				return differs
			}
			end, escaped, err := jsonscan.SkipString(b, next+1)
			if err != nil {
				return differs
			}
			m.holes[i] = stringSpan(next+1, end, escaped)
			at = end + 1
		} else {
			end, err := jsonscan.SkipNumber(b, next)
			if err != nil {
				return differs
			}
			m.holes[i] = Span{uint32(next), uint32(end - next)}
			at = end
		}
		from = int(h.end)
	}
	m.shifts[e.count] = at - from
	end = at + len(e.text) - from
	if end > len(b) || string(b[at:end]) != e.text[from:] {
		return differs
	}
	return end
}

// textPad is how many bytes behind a padded text may be read. What they are does
// not matter.
const textPad = 64

// padded makes a text of which so many bytes can be read at any place.
func padded(text []byte) string {
	return string(slices.Concat(text, make([]byte, textPad)))[:len(text)]
}
