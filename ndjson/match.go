package ndjson

import (
	"github.com/cclf-tools/cclf/internal/jsonscan"
)

// equal reports whether the object at offset at is equal to e, and fills m.
func (m *match) equal(e *entry, n *node, b []byte, at, depth int) bool {
	if e.node != n || int(e.depth) != depth {
		return false
	}
	end := undecided
	if canMatchBlocks {
		end = matchBlocks(e, b, at, m)
	}
	if end == undecided {
		end = matchParts(e, b, at, m)
	}
	m.end = end
	return end != differs
}

// Results of a comparison that are not the offset of an end.
const (
	differs   = -1
	undecided = -2
)

// matchParts compares an entry with the object at offset at, and fills m. It returns
// where the object ends, or differs.
func matchParts(e *entry, b []byte, at int, m *match) (end int) {
	from := 0 // where the part before the hole begins in the text
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
