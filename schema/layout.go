package schema

import "fmt"

// A Layout is a version of CMS's fixed-width record layouts, named for the
// version of the CCLF Information Packet that declares it.
type Layout uint8

// The layouts.
const (
	LayoutV36 Layout = iota // December 2022; Field.Start and Field.End are its positions
	LayoutV43               // May 2026
	LayoutV33               // 2022; records end before the fields that v36 added
	LayoutV25               // 2019 to 2021; records end before the fields that v33 added
)

// String returns the name of the layout, such as v36.
func (l Layout) String() string { return [...]string{"v36", "v43", "v33", "v25"}[l] }

// Layouts returns all layouts, from the oldest to the newest.
func Layouts() []Layout { return []Layout{LayoutV25, LayoutV33, LayoutV36, LayoutV43} }

// ParseLayout reads the name of a layout, such as v36.
func ParseLayout(s string) (Layout, error) {
	for _, l := range Layouts() {
		if s == l.String() {
			return l, nil
		}
	}
	return 0, fmt.Errorf("unknown layout %q: want v25, v33, v36 or v43", s)
}

// A Slot is the position of a field in a fixed-width record.
type Slot struct {
	Field      *Field
	Type       Type // of the slot, which may be wider than the field
	Start, End int  // bytes in the record, counted from 1
}

// cuts returns the record lengths of a layout before v36, by file, or nil: its
// records are the beginnings of those of v36.
func cuts(l Layout) map[string]int {
	switch l {
	case LayoutV25:
		return map[string]int{
			"CCLF1": 292, "CCLF2": 179, "CCLF3": 94, "CCLF4": 92, "CCLF5": 363, "CCLF6": 227,
			"CCLF7": 195, "CCLF8": 549, "CCLF9": 55, "CCLFA": 101, "CCLFB": 93,
		}
	case LayoutV33:
		return map[string]int{
			"CCLF1": 352, "CCLF2": 199, "CCLF3": 114, "CCLF4": 112, "CCLF5": 383, "CCLF6": 247,
			"CCLF7": 195, "CCLF8": 549, "CCLF9": 55, "CCLFA": 324, "CCLFB": 128,
		}
	}
	return nil
}

// Record returns the positions of a table's fields in the records of a layout,
// in the order of their bytes; the last one ends the record. Bytes of no field
// are blank. A side table has no records.
func (t *Table) Record(l Layout) []Slot {
	if t.Side {
		return nil
	}
	end := 0
	for i := range t.Fields {
		end = max(end, t.Fields[i].End)
	}
	if length, ok := cuts(l)[t.File]; ok {
		end = length
	}
	slots := make([]Slot, 0, len(t.Fields))
	var moved []Slot
	for i := range t.Fields {
		f := &t.Fields[i]
		switch {
		case f.Extra, f.End > end:
		case l == LayoutV43 && f.moved.Width > 0:
			moved = append(moved, Slot{Field: f, Type: f.moved}) // its old bytes are filler
		default:
			slots = append(slots, Slot{Field: f, Type: f.Type, Start: f.Start, End: f.End})
		}
	}
	for _, s := range moved {
		s.Start, s.End = end+1, end+s.Type.Width
		slots, end = append(slots, s), s.End
	}
	return slots
}

// Length is the number of bytes of the table's records in a layout, without the
// line end; 0 for a side table.
func (t *Table) Length(l Layout) int {
	slots := t.Record(l)
	if len(slots) == 0 {
		return 0
	}
	return slots[len(slots)-1].End
}
