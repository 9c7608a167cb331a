package convert

import (
	"hash/maphash"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/bitutil"
	"github.com/apache/arrow-go/v18/arrow/memory"
)

// A dictionary numbers the distinct texts of a column in the order in which
// they come. Claims repeat their codes and identifiers from line to line, so
// the texts are few; and a Parquet file is made of such numbers anyway.
//
// When the texts of a column have turned out to be seldom the same, it becomes a
// list for some time: texts are not looked up, and one that comes again has
// another number. The first text of a list is empty, which no value is.
type dictionary struct {
	text  []byte
	ends  []int32  // where each text ends
	slots []uint32 // hash table of numbers, counted from one
	last  int32    // the number given last
	lists int      // how many times in a row it has been a list, this one too
}

// hashSeed need not be the same in each run: numbers go by order, not by hash.
var hashSeed = maphash.MakeSeed()

const (
	dictionarySlots = 64 // of a new table; a power of two
	// dictionaryRepeats is how often the texts of a column occur on average when a
	// dictionary is worth having. Without one, others take less room in a file, and
	// less time.
	dictionaryRepeats = 8
	dictionaryLists   = 5 // in a row
)

// number returns the number of a text.
func (d *dictionary) number(v []byte) int32 {
	if len(d.ends) > 0 && string(d.at(d.last)) == string(v) {
		return d.last
	}
	if d.lists > 0 {
		return d.add(v)
	}
	if 2*len(d.ends) >= len(d.slots) {
		d.grow()
	}
	mask := uint64(len(d.slots) - 1)
	i := maphash.Bytes(hashSeed, v) & mask
	for ; d.slots[i] != 0; i = (i + 1) & mask {
		if n := int32(d.slots[i] - 1); string(d.at(n)) == string(v) {
			d.last = n
			return n
		}
	}
	d.slots[i] = uint32(d.add(v) + 1)
	return d.last
}

// add adds a text, and returns its number.
func (d *dictionary) add(v []byte) int32 {
	d.text = append(d.text, v...)
	d.ends = append(d.ends, int32(len(d.text)))
	d.last = int32(len(d.ends) - 1)
	return d.last
}

func (d *dictionary) at(n int32) []byte {
	start := int32(0)
	if n > 0 {
		start = d.ends[n-1]
	}
	return d.text[start:d.ends[n]]
}

func (d *dictionary) grow() {
	d.slots = make([]uint32, max(dictionarySlots, 2*len(d.slots)))
	mask := uint64(len(d.slots) - 1)
	for n := range d.ends {
		i := maphash.Bytes(hashSeed, d.at(int32(n))) & mask
		for d.slots[i] != 0 {
			i = (i + 1) & mask
		}
		d.slots[i] = uint32(n + 1)
	}
}

// reset begins a new dictionary, of about the size of the old one, in which so
// many values had a number. The texts of that stay as they are, for arrays that
// have them.
func (d *dictionary) reset(values int) {
	few := dictionaryRepeats*len(d.ends) > values
	d.text = make([]byte, 0, len(d.text)+len(d.text)/8)
	d.ends = make([]int32, 0, len(d.ends)+len(d.ends)/8)
	clear(d.slots)
	if !few || d.lists == dictionaryLists {
		d.lists = 0
		return
	}
	d.lists++
	d.add(nil)
}

// isList reports whether an array of texts was a list.
func isList(texts *array.String) bool { return texts.Len() > 0 && texts.ValueLen(0) == 0 }

// array returns the texts as an Arrow array.
func (d *dictionary) array() arrow.Array {
	return stringArray(len(d.ends), nil, 0, d.ends, d.text)
}

// stringArray makes an array of texts that end where ends says. It shares
// their memory.
func stringArray(n int, valid []byte, nulls int, ends []int32, text []byte) arrow.Array {
	offsets := make([]int32, n+1)
	copy(offsets[1:], ends)
	var bits *memory.Buffer
	if valid != nil {
		bits = memory.NewBufferBytes(valid)
	}
	data := array.NewData(arrow.BinaryTypes.String, n, []*memory.Buffer{
		bits,
		memory.NewBufferBytes(arrow.Int32Traits.CastToBytes(offsets)),
		memory.NewBufferBytes(text),
	}, nil, nulls, 0)
	defer data.Release()
	return array.NewStringData(data)
}

// dictionaryType is the type of text columns on their way to the files.
var dictionaryType = &arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Uint16, ValueType: arrow.BinaryTypes.String}

// texts gives access to the values of a text column, with a dictionary or
// without.
type texts struct {
	arrow.Array
	numbers []uint16 // nil without a dictionary
	values  *array.String
}

func hasDictionary(a arrow.Array) bool { return a.DataType().ID() == arrow.DICTIONARY }

func textsOf(a arrow.Array) texts {
	if d, ok := a.(*array.Dictionary); ok {
		return texts{a, d.Indices().(*array.Uint16).Uint16Values(), d.Dictionary().(*array.String)}
	}
	return texts{Array: a, values: a.(*array.String)}
}

// Value returns the text in a row, or nothing for a null.
func (t texts) Value(row int) string {
	switch {
	case t.IsNull(row):
		return ""
	case t.numbers != nil:
		row = int(t.numbers[row])
	}
	return t.values.Value(row)
}

// bytes is Value without a copy, of a row that is not null. Nothing may change
// it.
func (t texts) bytes(row int) []byte {
	if t.numbers != nil {
		row = int(t.numbers[row])
	}
	start := t.values.ValueOffset(row) - t.values.ValueOffset(0)
	return t.values.ValueBytes()[start : start+t.values.ValueLen(row)]
}

// bytesOrNone is bytes of any row, nil for a null.
func (t texts) bytesOrNone(row int) []byte {
	if t.IsNull(row) {
		return nil
	}
	return t.bytes(row)
}

// dense returns rows of columns, without dictionaries. The caller owns them.
func dense(cols []arrow.Array, from, end int) []arrow.Array {
	out := make([]arrow.Array, len(cols))
	for i, col := range cols {
		if !hasDictionary(col) {
			out[i] = array.NewSlice(col, int64(from), int64(end))
			continue
		}
		var c column
		t := textsOf(col)
		for row := from; row < end; row++ {
			if col.IsNull(row) {
				c.appendNull()
			} else {
				c.appendText(t.bytes(row))
			}
		}
		out[i] = c.array()
	}
	return out
}

// A rowRun is a run of rows, up to one that is not in it.
type rowRun struct{ from, to int }

// gather returns the rows of a column that are wanted, n in all, in the memory of
// the column, of which nothing is left.
func gather(col arrow.Array, runs []rowRun, n int) arrow.Array {
	switch col := col.(type) {
	case *array.Dictionary:
		numbers := gather(col.Indices(), runs, n)
		defer numbers.Release()
		return array.NewDictionaryArray(dictionaryType, numbers, col.Dictionary())
	case *array.Uint16:
		return gathered(col, runs, n, col.Uint16Values(), arrow.Uint16Traits.CastToBytes)
	case *array.Int64:
		return gathered(col, runs, n, col.Int64Values(), arrow.Int64Traits.CastToBytes)
	case *array.Date32:
		return gathered(col, runs, n, col.Date32Values(), arrow.Date32Traits.CastToBytes)
	case *array.Decimal128:
		return gathered(col, runs, n, col.Values(), arrow.Decimal128Traits.CastToBytes)
	}
	panic("a spill has no column of type " + col.DataType().String())
}

func gathered[T any](col arrow.Array, runs []rowRun, n int, values []T, bytesOf func([]T) []byte) arrow.Array {
	data := col.Data()
	at := 0
	for _, run := range runs {
		at += copy(values[at:], values[run.from:run.to])
	}
	nulls := col.NullN()
	var bits *memory.Buffer
	switch {
	case nulls == col.Len():
		nulls = n // as the bits say already
		bits = memory.NewBufferBytes(data.Buffers()[0].Bytes())
	case nulls > 0:
		valid := make([]byte, 0, bitutil.BytesForBits(int64(n)))
		at = 0
		for _, run := range runs {
			valid = appendBits(valid, at, data.Buffers()[0].Bytes(), data.Offset()+run.from, run.to-run.from)
			at += run.to - run.from
		}
		nulls = n - bitutil.CountSetBits(valid, 0, n)
		bits = memory.NewBufferBytes(valid)
	}
	kept := array.NewData(col.DataType(), n, []*memory.Buffer{bits, memory.NewBufferBytes(bytesOf(values[:n]))}, nil, nulls, 0)
	defer kept.Release()
	return array.MakeFromData(kept)
}

// appendBits appends count bits, from the one with number from on, to a bitmap of
// n bits. Behind its end a bitmap has zeros.
func appendBits(bits []byte, n int, more []byte, from, count int) []byte {
	for count > 0 {
		// As many as the last byte has room for, or a whole byte.
		shift := n % 8
		take := min(8-shift, count)
		b := uint16(more[from/8]) >> (from % 8)
		if from%8+take > 8 {
			b |= uint16(more[from/8+1]) << (8 - from%8)
		}
		b &= 1<<take - 1
		if shift == 0 {
			bits = append(bits, byte(b))
		} else {
			bits[len(bits)-1] |= byte(b << shift)
		}
		n, from, count = n+take, from+take, count-take
	}
	return bits
}
