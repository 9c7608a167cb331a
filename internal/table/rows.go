package table

import (
	"github.com/apache/arrow-go/v18/arrow"

	"github.com/cclf-tools/cclf/schema"
)

// Rows are the rows of a small table, made cell by cell. It is for one goroutine
// at a time.
type Rows struct {
	table *schema.Table
	cols  []Column
	rows  int
}

// NewRows returns no rows of t.
func NewRows(t *schema.Table) *Rows {
	r := &Rows{table: t}
	for i := range t.Fields {
		r.cols = append(r.cols, NewColumn(&t.Fields[i]))
	}
	return r
}

// Text sets the text of a column in the current row; an empty v is null.
func (r *Rows) Text(label, v string) {
	if v != "" {
		r.cols[r.table.Index(label)].AppendText([]byte(v))
	}
}

// Int sets the number of a column in the current row: an integer, or a date in
// days since 1970.
func (r *Rows) Int(label string, v int64) {
	col := &r.cols[r.table.Index(label)]
	if col.Kind == schema.Date {
		col.AppendDay(int32(v))
		return
	}
	col.AppendInt(v)
}

// Set sets a column in the current row from the text of a value of any kind; an
// empty v is null.
func (r *Rows) Set(label, v string) error {
	if v == "" {
		return nil
	}
	return r.cols[r.table.Index(label)].Append([]byte(v))
}

// End ends the current row, whose cells that were not set are null.
func (r *Rows) End() {
	r.rows++
	for i := range r.cols {
		if r.cols[i].Len() < r.rows {
			r.cols[i].AppendNull()
		}
	}
}

// Arrays returns the columns, which the caller releases, and empties r.
func (r *Rows) Arrays() []arrow.Array {
	arrays := make([]arrow.Array, len(r.cols))
	for i := range r.cols {
		arrays[i] = r.cols[i].Array()
		// The array has the memory of the column.
		r.cols[i] = NewColumn(&r.table.Fields[i])
	}
	r.rows = 0
	return arrays
}
