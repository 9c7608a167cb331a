package delivery

import (
	"bytes"

	"github.com/cclf-tools/cclf/schema"
)

// tableOf returns the table of a CCLF file such as CCLF1, or nil: CCLF0 has
// none.
func tableOf(file string) *schema.Table {
	for _, t := range schema.Tables() {
		if t.File == file {
			return t
		}
	}
	return nil
}

// A shape is a table in one of the layouts.
type shape struct {
	table  *schema.Table
	layout schema.Layout
}

// layoutsByUse are the layouts in the order in which they are tried: a file can be
// of several.
var layoutsByUse = []schema.Layout{schema.LayoutV36, schema.LayoutV43, schema.LayoutV33, schema.LayoutV25}

// shapesOf returns the shapes of records of some length, of one table or, if t
// is nil, of any. Of layouts in which the records of the table are equal, it
// returns the first of layoutsByUse.
func shapesOf(t *schema.Table, length int) []shape {
	var shapes []shape
	for _, table := range schema.Tables() {
		if t != nil && table != t {
			continue
		}
		for _, l := range layoutsByUse {
			if table.Length(l) == length {
				shapes = append(shapes, shape{table, l})
				break
			}
		}
	}
	return shapes
}

// fits reports whether a record looks like one of the shape: each of its dates
// is a date, or blank, and some is a date.
func (s shape) fits(record []byte) bool {
	dates := 0
	for _, slot := range s.table.Record(s.layout) {
		if slot.Field.Kind != schema.Date || slot.End > len(record) {
			continue
		}
		v := bytes.TrimSpace(record[slot.Start-1 : slot.End])
		switch {
		case len(v) == 0:
		case len(v) == 10 && v[4] == '-' && v[7] == '-':
			dates++
		default:
			return false
		}
	}
	return dates > 0
}
