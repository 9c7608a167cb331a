//go:build cgo

package query

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"math/big"
	"strconv"
	"time"
	"unsafe"

	"github.com/duckdb/duckdb-go/v2"
	"github.com/duckdb/duckdb-go/v2/mapping"
)

// A Batch is some rows of a result. It can be read by any goroutine, but only by one
// at a time, until it is released.
type Batch struct {
	rows    int
	chunk   mapping.DataChunk // DuckDB's memory
	columns []vector          // of the chunk
	values  [][]any           // rows, if there is no chunk
}

// A vector is the values of a column in DuckDB's memory.
type vector struct {
	kind     valueKind
	scale    int            // of a decimal
	width    uintptr        // of a value, in bytes
	data     unsafe.Pointer // rows values
	validity unsafe.Pointer // a bit per row, unset for NULL; nil if none is NULL
}

// A valueKind is how values are in memory.
type valueKind byte

const (
	kindOther    valueKind = iota // not read
	kindText                      // a string
	kindJSON                      // a string that is JSON
	kindBool                      // a byte
	kindSigned                    // width bytes
	kindUnsigned                  // width bytes
	kindDecimal                   // a signed number of width bytes
	kindHuge                      // 16 bytes, signed
	kindUHuge                     // 16 bytes, unsigned
	kindFloat                     // 4 bytes
	kindDouble                    // 8 bytes
	kindDate                      // 4 bytes: days since 1970
)

// kinds has the types that are read as they are, with their width in bytes.
var kinds = map[duckdb.Type]vector{
	duckdb.TYPE_BOOLEAN:   {kind: kindBool, width: 1},
	duckdb.TYPE_TINYINT:   {kind: kindSigned, width: 1},
	duckdb.TYPE_SMALLINT:  {kind: kindSigned, width: 2},
	duckdb.TYPE_INTEGER:   {kind: kindSigned, width: 4},
	duckdb.TYPE_BIGINT:    {kind: kindSigned, width: 8},
	duckdb.TYPE_UTINYINT:  {kind: kindUnsigned, width: 1},
	duckdb.TYPE_USMALLINT: {kind: kindUnsigned, width: 2},
	duckdb.TYPE_UINTEGER:  {kind: kindUnsigned, width: 4},
	duckdb.TYPE_UBIGINT:   {kind: kindUnsigned, width: 8},
	duckdb.TYPE_HUGEINT:   {kind: kindHuge, width: 16},
	duckdb.TYPE_UHUGEINT:  {kind: kindUHuge, width: 16},
	duckdb.TYPE_FLOAT:     {kind: kindFloat, width: 4},
	duckdb.TYPE_DOUBLE:    {kind: kindDouble, width: 8},
	duckdb.TYPE_DATE:      {kind: kindDate, width: 4},
	duckdb.TYPE_VARCHAR:   {kind: kindText, width: 16},
}

// vectorOf returns how values of a type are in memory. It takes the type.
func vectorOf(t mapping.LogicalType) vector {
	defer mapping.DestroyLogicalType(&t)
	id := mapping.GetTypeId(t)
	if id == duckdb.TYPE_DECIMAL {
		v := vector{kind: kindDecimal, scale: int(mapping.DecimalScale(t))}
		v.width = kinds[mapping.DecimalInternalType(t)].width
		return v
	}
	v := kinds[id]
	if v.kind == kindText && mapping.LogicalTypeGetAlias(t) == "JSON" {
		v.kind = kindJSON
	}
	return v
}

// newBatch returns the rows of a chunk, which it takes.
func newBatch(chunk mapping.DataChunk, columns []vector) *Batch {
	b := &Batch{chunk: chunk, rows: int(mapping.DataChunkGetSize(chunk)), columns: make([]vector, len(columns))}
	copy(b.columns, columns)
	for i := range b.columns {
		v := mapping.DataChunkGetVector(chunk, mapping.IdxT(i))
		b.columns[i].data = mapping.VectorGetData(v)
		b.columns[i].validity = mapping.VectorGetValidity(v)
	}
	return b
}

// Len returns the number of rows.
func (b *Batch) Len() int { return b.rows }

// Release frees the memory of the batch.
func (b *Batch) Release() {
	if b.chunk.Ptr != nil {
		mapping.DestroyDataChunk(&b.chunk)
	}
}

// Value returns a value of one of the types of Rows.Values.
func (b *Batch) Value(column, row int) any {
	if b.values != nil {
		return b.values[row][column]
	}
	v := &b.columns[column]
	if v.null(row) {
		return nil
	}
	switch v.kind {
	case kindText:
		return string(v.text(row))
	case kindJSON:
		return json.RawMessage(string(v.text(row)))
	case kindBool:
		return *at[bool](v, row)
	case kindSigned:
		return v.signed(row)
	case kindUnsigned:
		if n := v.unsigned(row); v.width < 8 {
			return int64(n)
		}
	case kindFloat:
		// the float64 that prints the same
		f, _ := strconv.ParseFloat(strconv.FormatFloat(float64(*at[float32](v, row)), 'g', -1, 32), 64)
		return f
	case kindDouble:
		return *at[float64](v, row)
	case kindDate:
		if day := *at[int32](v, row); !infinite(day) {
			return time.Unix(int64(day)*24*60*60, 0).UTC()
		}
		return string(v.append(nil, row))
	}
	return json.Number(v.append(nil, row))
}

// AppendText appends a value as text: numbers with all digits, dates as YYYY-MM-DD,
// and text as it is. For NULL, it appends nothing and returns false.
func (b *Batch) AppendText(dst []byte, column, row int) ([]byte, bool) {
	if b.values != nil {
		return appendText(dst, b.values[row][column])
	}
	v := &b.columns[column]
	if v.null(row) {
		return dst, false
	}
	return v.append(dst, row), true
}

// null reports whether a value is NULL.
func (v *vector) null(row int) bool {
	if v.validity == nil {
		return false
	}
	word := *(*uint64)(unsafe.Add(v.validity, row/64*8))
	return word>>(row%64)&1 == 0
}

// at returns the value in a row.
func at[T any](v *vector, row int) *T { return (*T)(unsafe.Add(v.data, uintptr(row)*v.width)) }

// inlined is the length of the longest string that DuckDB keeps in the vector itself.
const inlined = 12

// text returns a string, in DuckDB's memory: its length in four bytes, and then the
// string, or four bytes of it and a pointer.
func (v *vector) text(row int) []byte {
	s := at[[16]byte](v, row)
	n := binary.NativeEndian.Uint32(s[:4])
	if n <= inlined {
		return s[4 : 4+n]
	}
	return unsafe.Slice(*(**byte)(unsafe.Pointer(&s[8])), n)
}

func (v *vector) signed(row int) int64 {
	switch v.width {
	case 1:
		return int64(*at[int8](v, row))
	case 2:
		return int64(*at[int16](v, row))
	case 4:
		return int64(*at[int32](v, row))
	}
	return *at[int64](v, row)
}

func (v *vector) unsigned(row int) uint64 {
	switch v.width {
	case 1:
		return uint64(*at[uint8](v, row))
	case 2:
		return uint64(*at[uint16](v, row))
	case 4:
		return uint64(*at[uint32](v, row))
	}
	return *at[uint64](v, row)
}

// huge returns a number of 16 bytes.
func (v *vector) huge(row int) *big.Int {
	n := at[struct {
		lower uint64
		upper int64
	}](v, row)
	upper := big.NewInt(n.upper)
	if v.kind == kindUHuge {
		upper.SetUint64(uint64(n.upper))
	}
	return upper.Lsh(upper, 64).Add(upper, new(big.Int).SetUint64(n.lower))
}

// append appends a value that is not NULL as text.
func (v *vector) append(dst []byte, row int) []byte {
	switch v.kind {
	case kindText, kindJSON:
		return append(dst, v.text(row)...)
	case kindBool:
		return strconv.AppendBool(dst, *at[bool](v, row))
	case kindSigned:
		return strconv.AppendInt(dst, v.signed(row), 10)
	case kindUnsigned:
		return strconv.AppendUint(dst, v.unsigned(row), 10)
	case kindDecimal:
		return v.appendDecimal(dst, row)
	case kindHuge, kindUHuge:
		return v.huge(row).Append(dst, 10)
	case kindFloat:
		return appendFloat(dst, float64(*at[float32](v, row)), 32)
	case kindDouble:
		return appendFloat(dst, *at[float64](v, row), 64)
	case kindDate:
		return appendDate(dst, *at[int32](v, row))
	}
	return dst
}

func (v *vector) appendDecimal(dst []byte, row int) []byte {
	if v.width == 16 {
		return append(dst, decimal(v.huge(row), v.scale)...)
	}
	n := v.signed(row)
	magnitude := uint64(n)
	if n < 0 {
		dst = append(dst, '-')
		magnitude = -magnitude
	}
	var digits [20]byte
	text := strconv.AppendUint(digits[:0], magnitude, 10)
	if v.scale == 0 {
		return append(dst, text...)
	}
	whole := len(text) - v.scale
	if whole <= 0 {
		dst = append(dst, '0', '.')
		for ; whole < 0; whole++ {
			dst = append(dst, '0')
		}
		return append(dst, text...)
	}
	dst = append(append(dst, text[:whole]...), '.')
	return append(dst, text[whole:]...)
}

// appendFloat appends a number with the digits that it needs, and with an exponent
// only if it is very small or very large.
func appendFloat(dst []byte, f float64, bits int) []byte {
	format := byte('f')
	if abs := math.Abs(f); abs != 0 && (abs < 1e-6 || abs >= 1e21) {
		format = 'e'
	}
	return strconv.AppendFloat(dst, f, format, -1, bits)
}

// infinite reports whether a day is one of the dates infinity and -infinity.
func infinite(day int32) bool { return day == math.MaxInt32 || day == -math.MaxInt32 }

func appendDate(dst []byte, day int32) []byte {
	switch day {
	case math.MaxInt32:
		return append(dst, "infinity"...)
	case -math.MaxInt32:
		return append(dst, "-infinity"...)
	}
	year, month, d := time.Unix(int64(day)*24*60*60, 0).UTC().Date()
	if year < 1000 || year > 9999 {
		return fmt.Appendf(dst, "%04d-%02d-%02d", year, month, d)
	}
	dst = strconv.AppendInt(dst, int64(year), 10)
	return append(dst, '-', byte('0'+month/10), byte('0'+month%10), '-', byte('0'+d/10), byte('0'+d%10))
}
