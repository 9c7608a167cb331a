package schema

import "fmt"

// A Layout is a version of CMS's fixed-width record layouts, named for the
// version of the CCLF Information Packet that declares it.
type Layout uint8

// The layouts.
const (
	LayoutV36 Layout = iota // December 2022; Field.Start and Field.End are its positions
	LayoutV43               // May 2026
)

// String returns v36 or v43.
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

// A Slot is the position of a field in a fixed-width record.
type Slot struct {
	Field      *Field
	Type       Type // of the slot, which may be wider than the field
	Start, End int  // bytes in the record, counted from 1
}

// Record returns the positions of a table's fields in the records of a layout,
// in the order of their bytes; the last one ends the record. Bytes of no field
// are blank. A side table has no records.
func (t *Table) Record(l Layout) []Slot {
	if t.Side {
		return nil
	}
	slots := make([]Slot, 0, len(t.Fields))
	var moved []Slot
	for i := range t.Fields {
		f := &t.Fields[i]
		if l >= LayoutV43 && f.moved.Width > 0 {
			moved = append(moved, Slot{Field: f, Type: f.moved}) // its old bytes are filler
			continue
		}
		slots = append(slots, Slot{Field: f, Type: f.Type, Start: f.Start, End: f.End})
	}
	end := t.RecordLength()
	for _, s := range moved {
		s.Start, s.End = end+1, end+s.Type.Width
		slots, end = append(slots, s), s.End
	}
	return slots
}
