package ndjson

import (
	"encoding/binary"
)

// Members of an object mostly come in the order in which they came the last
// time. So each node of a record remembers the names that it met, as they
// stood in the text with quotes and colon, and which came after which: one
// comparison then takes the place of scanning a name and looking it up.

// memberNames are the names met in the objects of one node.
type memberNames struct {
	list  []memberName
	first int // the one that came first the last time
	// No name is remembered: the objects are of several nodes.
	closed bool
}

type memberName struct {
	head uint64 // the first eight bytes of the text, or zeros behind a shorter one
	mask uint64 // of the bytes in head
	text string // with quotes and colon
	node *node
	next int // the one that came after it the last time
}

// begins reports whether b begins with the name, and goes on behind it.
func (m *memberName) begins(b []byte) bool {
	if len(b) <= max(8, len(m.text)) || (binary.LittleEndian.Uint64(b)^m.head)&m.mask != 0 {
		return false
	}
	return len(m.text) <= 8 || string(b[8:len(m.text)]) == m.text[8:]
}

const (
	noMember  = -1
	mostNames = 64 // names remembered for a node; those of FHIR are fewer
	// Bytes of a name that is remembered, with quotes and colon.
	longestName = 256
)

// after returns where the guess is kept of what comes after a name.
func (m *memberNames) after(last int) *int {
	if last == noMember {
		return &m.first
	}
	return &m.list[last].next
}

// get returns a name, or nil when there is none in the place.
func (m *memberNames) get(place int) *memberName {
	if uint(place) < uint(len(m.list)) {
		return &m.list[place]
	}
	return nil
}

// place returns the place of a name, which is new or near the one guessed.
func (m *memberNames) place(text []byte, n *node, guess int) int {
	for k := range m.list {
		i := (guess + k) % len(m.list)
		if m.list[i].text == string(text) {
			return i
		}
	}
	if m.closed || len(m.list) == mostNames || len(text) > longestName {
		return noMember
	}
	var head, mask [8]byte
	copy(head[:], text)
	copy(mask[:min(8, len(text))], "\xff\xff\xff\xff\xff\xff\xff\xff")
	m.list = append(m.list, memberName{
		head: binary.LittleEndian.Uint64(head[:]),
		mask: binary.LittleEndian.Uint64(mask[:]),
		text: string(text),
		node: n,
		next: len(m.list) + 1,
	})
	return len(m.list) - 1
}
