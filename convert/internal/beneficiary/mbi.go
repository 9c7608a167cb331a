package beneficiary

import "bytes"

// An MBI is a Medicare Beneficiary Identifier. Shorter texts end in zero bytes.
// The zero MBI is none.
type MBI [11]byte

// ParseMBI returns the MBI with a text, without white space around it, which no MBI
// has. ok is false if the text is too long for one.
func ParseMBI(text []byte) (m MBI, ok bool) {
	text = bytes.TrimSpace(text)
	n := copy(m[:], text)
	return m, n == len(text)
}

// Text returns the characters of the MBI.
func (m MBI) Text() []byte { return bytes.TrimRight(m[:], "\x00") }

// A successor is the MBI that replaced another one, as of an update.
type successor struct {
	to      MBI
	updated int64
}

// successors are the MBIs that replaced others, by the former MBI.
type successors map[MBI]successor

// add records that to replaced from. Of several successors the newest counts,
// of equally new ones the last.
func (s successors) add(from MBI, to successor) {
	if have, known := s[from]; !known || to.updated >= have.updated {
		s[from] = to
	}
}

// current follows an MBI to the one that is current now. One Patient may call an
// MBI current that another calls former. Cycles are not followed.
func (s successors) current(from MBI) MBI {
	const most = 64 // more MBIs than anyone has had
	at := from
	for range most {
		next, former := s[at]
		if !former {
			return at
		}
		if at = next.to; at == from {
			break
		}
	}
	return from
}
