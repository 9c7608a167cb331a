package table

import (
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

// Dense returns rows of columns, without dictionaries. The caller owns them.
func Dense(cols []arrow.Array, from, end int) []arrow.Array {
	out := make([]arrow.Array, len(cols))
	for i, col := range cols {
		if !HasDictionary(col) {
			out[i] = array.NewSlice(col, int64(from), int64(end))
			continue
		}
		var c Column
		t := TextsOf(col)
		for row := from; row < end; row++ {
			if col.IsNull(row) {
				c.AppendNull()
			} else {
				c.AppendText(t.Bytes(row))
			}
		}
		out[i] = c.Array()
	}
	return out
}

// denseBytes is the size of the texts that Dense may be given at a time: a few
// texts of a dictionary can be those of many rows.
const denseBytes = 32 << 20

// DenseEnd returns the end of the longest run of rows that begins with from and
// whose texts, without dictionaries, are not much larger than 32 MB. The columns
// have n rows.
func DenseEnd(cols []arrow.Array, from, n int) int {
	var list []Texts
	for _, col := range cols {
		if HasDictionary(col) {
			list = append(list, TextsOf(col))
		}
	}
	size := 0
	for row := from; row < n; row++ {
		for _, t := range list {
			if !t.IsNull(row) {
				size += len(t.Bytes(row))
			}
		}
		if size > denseBytes && row > from {
			return row
		}
	}
	return n
}

// Release releases arrays.
func Release(arrays []arrow.Array) {
	for _, a := range arrays {
		a.Release()
	}
}
