package table

import (
	"iter"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
)

// Texts gives access to the values of a text column, with a dictionary or
// without.
type Texts struct {
	arrow.Array
	numbers []uint16 // nil without a dictionary
	values  *array.String
}

func HasDictionary(a arrow.Array) bool { return a.DataType().ID() == arrow.DICTIONARY }

func TextsOf(a arrow.Array) Texts {
	if d, ok := a.(*array.Dictionary); ok {
		return Texts{a, d.Indices().(*array.Uint16).Uint16Values(), d.Dictionary().(*array.String)}
	}
	return Texts{Array: a, values: a.(*array.String)}
}

// Value returns the text in a row, or nothing for a null.
func (t Texts) Value(row int) string {
	switch {
	case t.IsNull(row):
		return ""
	case t.numbers != nil:
		row = int(t.numbers[row])
	}
	return t.values.Value(row)
}

// Bytes is Value without a copy, of a row that is not null. Nothing may change
// it.
func (t Texts) Bytes(row int) []byte {
	if t.numbers != nil {
		row = int(t.numbers[row])
	}
	start := t.values.ValueOffset(row) - t.values.ValueOffset(0)
	return t.values.ValueBytes()[start : start+t.values.ValueLen(row)]
}

// BytesOrNil is Bytes of any row, nil for a null.
func (t Texts) BytesOrNil(row int) []byte {
	if t.IsNull(row) {
		return nil
	}
	return t.Bytes(row)
}

// denseBytes is about how large the texts of the rows are that Dense yields at a
// time: a few texts of a dictionary can be those of many rows.
const denseBytes = 32 << 20

// Dense yields columns without dictionaries, in runs of rows in order, and the
// first row of each run. The columns that it yields are valid until the next ones.
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

// denseEnd returns the end of a run of rows that begins with from.
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

// Release releases arrays.
func Release(arrays []arrow.Array) {
	for _, a := range arrays {
		a.Release()
	}
}
