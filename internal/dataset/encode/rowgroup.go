package encode

import (
	"slices"
	"sync"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/bitutil"
	"github.com/apache/arrow-go/v18/arrow/decimal128"

	"github.com/cclf-tools/cclf/internal/table"
	"github.com/cclf-tools/cclf/schema"
)

// A columnGroup collects the values of one column for a row group, which has the
// rows of several batches. Nulls after the last value take no memory, and so does a
// column without values.
type columnGroup struct {
	rows  int
	valid []byte // bit by row: whether it is not null

	// The values, in the one that is for their type.
	texts table.TextGroup
	longs []int64      // integers, and decimals of at most longDigits; without nulls
	ints  []int32      // dates, and decimals of at most intDigits; without nulls
	wide  table.Column // other decimals, with nulls
}

// Digits of the decimals that Parquet stores in 32 and in 64 bits.
const (
	intDigits  = 9
	longDigits = 18
)

// columnGroups has groups without rows, whose memory is used again: a data set has
// many tables, and few of them are written at a time.
var columnGroups = sync.Pool{New: func() any { return new(columnGroup) }}

// newColumnGroups returns a group without rows for each column.
func newColumnGroups(s *arrow.Schema) []*columnGroup {
	groups := make([]*columnGroup, s.NumFields())
	for i, f := range s.Fields() {
		groups[i] = columnGroups.Get().(*columnGroup)
		groups[i].wide.Type = schema.Type{}
		if typ, ok := f.Type.(*arrow.Decimal128Type); ok {
			groups[i].wide.Type = schema.Type{Kind: schema.Decimal, Precision: int(typ.Precision), Scale: int(typ.Scale)}
		}
	}
	return groups
}

// add adds the values of a batch. It copies them.
func (g *columnGroup) add(col arrow.Array) {
	from := g.rows
	g.rows += col.Len()
	if col.NullN() == col.Len() {
		return
	}
	g.pad()
	if col.NullN() == 0 {
		bitutil.SetBitsTo(g.valid, int64(from), int64(col.Len()), true)
	} else {
		bitutil.CopyBitmap(col.NullBitmapBytes(), col.Data().Offset(), col.Len(), g.valid, from)
	}
	switch col := col.(type) {
	case *array.Int64:
		g.longs = appendPresent(g.longs, col, col.Int64Values(), func(v int64) int64 { return v })
	case *array.Date32:
		g.ints = appendPresent(g.ints, col, col.Date32Values(), func(v arrow.Date32) int32 { return int32(v) })
	case *array.Decimal128:
		g.addDecimals(col, from)
	default:
		g.texts.Append(col, from)
	}
}

// pad adds nulls up to the last row.
func (g *columnGroup) pad() {
	g.valid = append(g.valid, make([]byte, bitutil.BytesForBits(int64(g.rows))-int64(len(g.valid)))...)
}

// addDecimals adds decimals, in the size that Parquet stores them in.
func (g *columnGroup) addDecimals(col *array.Decimal128, from int) {
	typ := col.DataType().(*arrow.Decimal128Type)
	switch {
	case typ.Precision <= intDigits:
		g.ints = appendPresent(g.ints, col, col.Values(), func(v decimal128.Num) int32 { return int32(v.LowBits()) })
	case typ.Precision <= longDigits:
		g.longs = appendPresent(g.longs, col, col.Values(), func(v decimal128.Num) int64 { return int64(v.LowBits()) })
	default:
		g.addWide(col, from)
	}
}

// addWide adds decimals of more digits than a long has, after nulls up to a row.
func (g *columnGroup) addWide(col *array.Decimal128, from int) {
	for g.wide.Len() < from {
		g.wide.AppendNull()
	}
	for row := range col.Len() {
		if col.IsNull(row) {
			g.wide.AppendNull()
		} else {
			g.wide.AppendDecimal(col.Value(row))
		}
	}
}

// appendPresent appends the values of col that are not null.
func appendPresent[V, P any](dst []P, col arrow.Array, values []V, as func(V) P) []P {
	n := len(dst)
	dst = table.Reserve(dst, len(values))[:n+len(values)]
	if col.NullN() == 0 {
		for row, v := range values {
			dst[n+row] = as(v)
		}
		return dst
	}
	valid, offset := col.NullBitmapBytes(), uint(col.Data().Offset())
	for row, v := range values {
		dst[n] = as(v) // the next value overwrites that of a null
		at := offset + uint(row)
		n += int(valid[at/8] >> (at % 8) & 1)
	}
	return dst[:n]
}

// levels appends to dst the definition levels of the rows from one up to another: 1
// for a value and 0 for a null. The first is a multiple of 8.
func (g *columnGroup) levels(dst []int16, from, to int) []int16 {
	n := len(dst)
	dst = slices.Grow(dst, to-from)[:n+to-from]
	levels, valid := dst[n:], g.valid[from/8:]
	for ; len(levels) >= 8; levels, valid = levels[8:], valid[1:] {
		next, bits := (*[8]int16)(levels), int16(valid[0]) // without a loop it is twice as fast
		next[0], next[1], next[2], next[3] = bits&1, bits>>1&1, bits>>2&1, bits>>3&1
		next[4], next[5], next[6], next[7] = bits>>4&1, bits>>5&1, bits>>6&1, bits>>7&1
	}
	for i := range levels {
		levels[i] = int16(valid[0] >> (i & 7) & 1)
	}
	return dst
}

// bytes is the size of the values.
func (g *columnGroup) bytes() int {
	return g.texts.Bytes() + arrow.Int64SizeBytes*len(g.longs) + arrow.Int32SizeBytes*len(g.ints) +
		arrow.Decimal128SizeBytes*g.wide.Len() + len(g.valid)
}

// reset removes all rows.
func (g *columnGroup) reset() {
	g.rows, g.valid = 0, g.valid[:0]
	g.texts.Reset()
	g.longs, g.ints, g.wide = g.longs[:0], g.ints[:0], table.Column{Type: g.wide.Type}
}
