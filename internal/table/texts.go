package table

import (
	"iter"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
)

// Texts are the values of a text column, with or without a dictionary. They share
// the memory of the column.
type Texts struct {
	arrow.Array
	numbers []uint16 // nil without a dictionary
	values  *array.String
}

// HasDictionary reports whether a column has a dictionary.
func HasDictionary(a arrow.Array) bool { return a.DataType().ID() == arrow.DICTIONARY }

// TextsOf returns the texts of a column of texts.
func TextsOf(a arrow.Array) Texts {
	if d, ok := a.(*array.Dictionary); ok {
		return Texts{a, d.Indices().(*array.Uint16).Uint16Values(), d.Dictionary().(*array.String)}
	}
	return Texts{Array: a, values: a.(*array.String)}
}

// Value returns the text of a row, or "" for a null.
func (t Texts) Value(row int) string {
	switch {
	case t.IsNull(row):
		return ""
	case t.numbers != nil:
		row = int(t.numbers[row])
	}
	return t.values.Value(row)
}

// Bytes returns the text of a row that is not null. It shares the memory of the
// column, and must not be changed.
func (t Texts) Bytes(row int) []byte {
	if t.numbers != nil {
		row = int(t.numbers[row])
	}
	start := t.values.ValueOffset(row) - t.values.ValueOffset(0)
	return t.values.ValueBytes()[start : start+t.values.ValueLen(row)]
}

// BytesOrNil is like Bytes, but returns nil for a null.
func (t Texts) BytesOrNil(row int) []byte {
	if t.IsNull(row) {
		return nil
	}
	return t.Bytes(row)
}

// denseBytes limits the texts of one run of Dense. Without a limit, a few long texts
// of a dictionary could expand to gigabytes.
const denseBytes = 32 << 20

// Dense yields columns without their dictionaries, in runs of rows, and the index of
// the first row of each run. What it yields is valid until the next run.
func Dense(cols []arrow.Array) iter.Seq2[int, []arrow.Array] {
	return func(yield func(int, []arrow.Array) bool) {
		rows := cols[0].Len()
		for from := 0; from < rows; {
			to := denseEnd(cols, from)
			plain := make([]arrow.Array, len(cols))
			for i, col := range cols {
				plain[i] = denseColumn(col, from, to)
			}
			more := yield(from, plain)
			Release(plain)
			if !more {
				return
			}
			from = to
		}
	}
}

// denseEnd returns the end of the run that begins at row from.
func denseEnd(cols []arrow.Array, from int) int {
	var list []Texts
	for _, col := range cols {
		if HasDictionary(col) {
			list = append(list, TextsOf(col))
		}
	}
	size, rows := 0, cols[0].Len()
	for row := from; row < rows; row++ {
		for _, t := range list {
			if !t.IsNull(row) {
				size += len(t.Bytes(row))
			}
		}
		if size > denseBytes && row > from {
			return row
		}
	}
	return rows
}

func denseColumn(col arrow.Array, from, to int) arrow.Array {
	if !HasDictionary(col) {
		return array.NewSlice(col, int64(from), int64(to))
	}
	var c Column
	t := TextsOf(col)
	for row := from; row < to; row++ {
		if col.IsNull(row) {
			c.AppendNull()
		} else {
			c.AppendText(t.Bytes(row))
		}
	}
	return c.Array()
}

// Release releases all arrays.
func Release(arrays []arrow.Array) {
	for _, a := range arrays {
		a.Release()
	}
}
