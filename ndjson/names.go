package ndjson

import "encoding/binary"

// Members of an object mostly come in the order in which they came the last
// time. So each node of a record remembers the names that it met, as they
// stood in the text with quotes and colon, and which came after which: one
// comparison then takes the place of scanning a name and looking it up.

// memberNames are the names met in the objects of one node.
type memberNames struct {
	list  []memberName
	first int // the one that came first the last time
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
)

// name reads the member name at offset at, and returns the node of the member
// and where its value begins. In *last it keeps the place of the name, to
// guess what comes next.
func (w *walker) name(n *node, names *memberNames, last *int, at int) (*node, int, error) {
	b := w.b
	guess := &names.first
	if *last != noMember {
		guess = &names.list[*last].next
	}
	if uint(*guess) < uint(len(names.list)) {
		if m := &names.list[*guess]; m.begins(b[at:]) {
			*last = *guess
			at += len(m.text)
			if b[at] <= ' ' {
				at = skipSpace(b, at)
			}
			return m.node, at, nil
		}
	}
	if at >= len(b) || b[at] != '"' {
		return nil, at, syntaxError(at, "a member name was expected")
	}
	end, escaped, err := skipString(b, at+1)
	if err != nil {
		return nil, end, err
	}
	name := b[at+1 : end]
	if escaped {
		w.r.scratch = Unescape(w.r.scratch[:0], name)
		name = w.r.scratch
	}
	child := w.p.unknown
	if i, known := n.members.find(name); known {
		child = &w.p.nodes[i]
	}
	value, err := afterColon(b, end+1)
	if err != nil {
		return nil, value, err
	}
	*last = noMember
	if b[end+1] == ':' {
		*last = names.place(b[at:end+2], child, max(*guess, 0))
	}
	*guess = *last
	return child, value, nil
}

// place returns the place of a name, which is new or near the one guessed.
func (m *memberNames) place(text []byte, n *node, guess int) int {
	for k := range m.list {
		i := (guess + k) % len(m.list)
		if m.list[i].text == string(text) {
			return i
		}
	}
	if len(m.list) == mostNames {
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
