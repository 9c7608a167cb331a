package ndjson

import (
	"encoding/binary"
)

// Members of an object usually come in the order in which they came the last time.
// So each node of a record keeps the names that it met, as they are in the text with
// quotes and colon, and which came after which: one comparison replaces scanning a
// name and looking it up. The place of a name also shows when it comes twice.

// memberNames are the names met in the objects of one node.
type memberNames struct {
	list  []memberName
	first int // the one that came first the last time
	// No name is kept: the objects are of several nodes.
	closed bool
}

type memberName struct {
	head uint64 // the first eight bytes of the text, or zeros after a shorter one
	mask uint64 // of the bytes in head
	text string // with quotes and colon
	node *node
	next int // the one that came after it the last time
}

// begins reports whether b begins with the name, and continues after it.
func (m *memberName) begins(b []byte) bool {
	if len(b) <= max(8, len(m.text)) || (binary.LittleEndian.Uint64(b)^m.head)&m.mask != 0 {
		return false
	}
	return len(m.text) <= 8 || string(b[8:len(m.text)]) == m.text[8:]
}

const (
	noMember  = -1
	mostNames = 64 // names kept per node; FHIR has fewer
	// Bytes of the longest name that is kept, with quotes and colon.
	longestName = 256
)

// after returns where the guess of the name after this one is kept.
func (m *memberNames) after(last int) *int {
	if last == noMember {
		return &m.first
	}
	return &m.list[last].next
}

// get returns the name in a place, or nil.
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
