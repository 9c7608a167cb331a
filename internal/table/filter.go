package table

import (
	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/bitutil"
	"github.com/apache/arrow-go/v18/arrow/memory"
)

// KeepRows returns those of the n rows of cols that wanted wants, which is asked
// about each row in order. If it wants none, the columns are empty. The caller
// releases what it gets, and nothing else may use cols afterwards.
func KeepRows(cols []arrow.Array, n int, wanted func(row int) bool) []arrow.Array {
	var runs []RowRun
	rows := 0
	for row := range n {
		if !wanted(row) {
			continue
		}
		rows++
		if last := len(runs) - 1; last >= 0 && runs[last].To == row {
			runs[last].To++
		} else {
			runs = append(runs, RowRun{From: row, To: row + 1})
		}
	}
	kept := make([]arrow.Array, len(cols))
	for i, col := range cols {
		if kept[i] = col; rows < n {
			kept[i] = FilterRows(col, runs, rows)
		} else {
			col.Retain()
		}
	}
	return kept
}

// A RowRun is the rows From (inclusive) to To (exclusive).
type RowRun struct{ From, To int }

// FilterRows returns the n rows of a column that are in runs, which are in order.
// It overwrites the column with them: nothing else may use the column afterwards.
func FilterRows(col arrow.Array, runs []RowRun, n int) arrow.Array {
	switch col := col.(type) {
	case *array.Dictionary:
		numbers := FilterRows(col.Indices(), runs, n)
		defer numbers.Release()
		return array.NewDictionaryArray(dictionaryType, numbers, col.Dictionary())
	case *array.Uint16:
		return filterValues(col, runs, n, col.Uint16Values(), arrow.Uint16Traits.CastToBytes)
	case *array.Int64:
		return filterValues(col, runs, n, col.Int64Values(), arrow.Int64Traits.CastToBytes)
	case *array.Date32:
		return filterValues(col, runs, n, col.Date32Values(), arrow.Date32Traits.CastToBytes)
	case *array.Decimal128:
		return filterValues(col, runs, n, col.Values(), arrow.Decimal128Traits.CastToBytes)
	}
	panic("table: internal error: a spill has no column of type " + col.DataType().String())
}

// TakeRows returns rows of a column, in any order and number. Unlike [FilterRows] it
// does not change the column.
func TakeRows(col arrow.Array, rows []int) arrow.Array {
	switch col := col.(type) {
	case *array.Dictionary:
		numbers := TakeRows(col.Indices(), rows)
		defer numbers.Release()
		return array.NewDictionaryArray(dictionaryType, numbers, col.Dictionary())
	case *array.Uint16:
		return takeValues(col, rows, col.Uint16Values(), arrow.Uint16Traits.CastToBytes)
	case *array.Int64:
		return takeValues(col, rows, col.Int64Values(), arrow.Int64Traits.CastToBytes)
	case *array.Date32:
		return takeValues(col, rows, col.Date32Values(), arrow.Date32Traits.CastToBytes)
	case *array.Decimal128:
		return takeValues(col, rows, col.Values(), arrow.Decimal128Traits.CastToBytes)
	}
	panic("table: internal error: a spill has no column of type " + col.DataType().String())
}

func takeValues[T any](col arrow.Array, rows []int, values []T, bytesOf func([]T) []byte) arrow.Array {
	taken, valid, nulls := make([]T, len(rows)), make([]byte, bitutil.BytesForBits(int64(len(rows)))), 0
	for i, row := range rows {
		if col.IsNull(row) {
			nulls++
			continue
		}
		taken[i] = values[row]
		bitutil.SetBit(valid, i)
	}
	data := array.NewData(col.DataType(), len(rows),
		[]*memory.Buffer{memory.NewBufferBytes(valid), memory.NewBufferBytes(bytesOf(taken))}, nil, nulls, 0)
	defer data.Release()
	return array.MakeFromData(data)
}

func filterValues[T any](col arrow.Array, runs []RowRun, n int, values []T, bytesOf func([]T) []byte) arrow.Array {
	data := col.Data()
	at := 0
	for _, run := range runs {
		at += copy(values[at:], values[run.From:run.To])
	}
	nulls := col.NullN()
	var bits *memory.Buffer
	switch {
	case nulls == col.Len():
		nulls = n // and the bits are zero
		bits = memory.NewBufferBytes(data.Buffers()[0].Bytes())
	case nulls > 0:
		valid := make([]byte, 0, bitutil.BytesForBits(int64(n)))
		at = 0
		for _, run := range runs {
			valid = appendBits(valid, at, data.Buffers()[0].Bytes(), data.Offset()+run.From, run.To-run.From)
			at += run.To - run.From
		}
		nulls = n - bitutil.CountSetBits(valid, 0, n)
		bits = memory.NewBufferBytes(valid)
	}
	kept := array.NewData(col.DataType(), n, []*memory.Buffer{bits, memory.NewBufferBytes(bytesOf(values[:n]))}, nil, nulls, 0)
	defer kept.Release()
	return array.MakeFromData(kept)
}

// appendBits appends count bits of more, beginning with the bit with index from, to
// a bitmap of n bits. The unused bits of its last byte are zero.
func appendBits(bits []byte, n int, more []byte, from, count int) []byte {
	for count > 0 {
		// Fill the last byte, or append one.
		shift := n % 8
		chunk := min(8-shift, count)
		b := uint16(more[from/8]) >> (from % 8)
		if from%8+chunk > 8 {
			b |= uint16(more[from/8+1]) << (8 - from%8)
		}
		b &= 1<<chunk - 1
		if shift == 0 {
			bits = append(bits, byte(b))
		} else {
			bits[len(bits)-1] |= byte(b << shift)
		}
		n, from, count = n+chunk, from+chunk, count-chunk
	}
	return bits
}
