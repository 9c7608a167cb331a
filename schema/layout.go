package schema

import (
	"fmt"
	"slices"
)

// A Layout is a version of the layouts of CMS's fixed-width files. Its name is
// the version of the CCLF Information Packet that declares it.
type Layout uint8

// The layouts.
const (
	LayoutV36 Layout = iota // of December 2022: Field.Start and Field.End are its positions
	LayoutV43               // of May 2026
)

func (l Layout) String() string { return [...]string{"v36", "v43"}[l] }

// Layouts returns all layouts.
func Layouts() []Layout { return []Layout{LayoutV36, LayoutV43} }

// ParseLayout reads v36 or v43.
func ParseLayout(s string) (Layout, error) {
	for _, l := range Layouts() {
		if s == l.String() {
			return l, nil
		}
	}
	return 0, fmt.Errorf("unknown layout %q: want v36 or v43", s)
}

// A Slot is the place of a field in a fixed-width record.
type Slot struct {
	Field      *Field
	Type       Type // of the slot: it may be wider than that of the field
	Start, End int  // bytes in the record, counted from 1
}

// prescriberLabel is the field of CCLF7 that layout v43 moved.
const prescriberLabel = "CLM_PRSBNG_PRVDR_GNRC_ID_NUM"

// Record returns the places of a table's fields in the records of a layout, in
// the order of their bytes; the last ends the record. Bytes that belong to no
// field are blank. A side table has no records.
func (t *Table) Record(l Layout) []Slot {
	if t.Side {
		return nil
	}
	slots := make([]Slot, len(t.Fields))
	for i := range t.Fields {
		f := &t.Fields[i]
		slots[i] = Slot{Field: f, Type: f.Type, Start: f.Start, End: f.End}
	}
	if l >= LayoutV43 && t == cclf7 {
		// Its old place became filler, and it stands, wider, behind all others.
		i := slices.IndexFunc(slots, func(s Slot) bool { return s.Field.Label == prescriberLabel })
		moved := slots[i]
		moved.Type = text(35)
		moved.Start = t.RecordLength() + 1
		moved.End = moved.Start + moved.Type.Width - 1
		slots = append(slices.Delete(slots, i, i+1), moved)
	}
	return slots
}
