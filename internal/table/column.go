package table

import (
	"slices"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/decimal128"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/cclf-tools/cclf/schema"
)

// A Column collects the values of one field as the buffers of an Arrow array. The
// zero value is a column of texts without a dictionary.
//
// Nulls at its end take no space in the buffers until another value follows, or
// Array is called: most tables have columns that are null in all rows, and those
// take no memory. A Column is for one goroutine at a time.
type Column struct {
	schema.Type

	n     int // values, nulls included
	nulls int
	valid []byte // one bit per value

	ints     []int64          // Int
	days     []int32          // Date
	decimals []decimal128.Num // Decimal
	text     []byte           // Text
	ends     []int32          // Text: where each value ends
	dict     *dictionary      // Text, of a column with a dictionary
	numbers  []uint16         // in the dictionary, instead of text and ends
}

// NewColumn returns an empty column for a field, without a dictionary.
func NewColumn(f *schema.Field) Column { return Column{Type: f.Type} }

// NewDictColumn returns an empty column for a field, which has a dictionary if its
// values are texts. It holds at most BatchRows values.
func NewDictColumn(f *schema.Field) Column {
	c := NewColumn(f)
	if c.Kind == schema.Text {
		c.dict = &dictionary{}
	}
	return c
}

// bytes is the size of the values.
func (c *Column) bytes() int {
	n := arrow.Int64SizeBytes*len(c.ints) + arrow.Int32SizeBytes*(len(c.days)+len(c.ends)) +
		arrow.Uint16SizeBytes*len(c.numbers) + arrow.Decimal128SizeBytes*len(c.decimals) + len(c.text)
	if c.dict != nil {
		n += len(c.dict.text)
	}
	return n
}

// pad writes the nulls at the end to the buffers.
func (c *Column) pad() {
	switch {
	case c.dict != nil:
		c.numbers = padded(c.numbers, c.n)
	case c.Kind == schema.Text:
		for len(c.ends) < c.n {
			c.ends = append(c.ends, int32(len(c.text)))
		}
	case c.Kind == schema.Int:
		c.ints = padded(c.ints, c.n)
	case c.Kind == schema.Decimal:
		c.decimals = padded(c.decimals, c.n)
	case c.Kind == schema.Date:
		c.days = padded(c.days, c.n)
	}
}

func padded[T any](values []T, n int) []T {
	return append(values, make([]T, n-len(values))...)
}

// Append adds a value given as text, or a null if it is blank. It fails if the
// text does not fit the type of the column; then it adds nothing, unless the error
// is an Adjustment. It copies v.
func (c *Column) Append(v []byte) error {
	cell, text, err := newCell(&c.Type, nil, v)
	if err != nil && !isAdjustment(err) {
		return err
	}
	c.pad()
	c.appendCell(cell, text)
	return err
}

// appendCell adds the value of a cell, given the text of its page. The column must
// be padded.
func (c *Column) appendCell(v Cell, text []byte) {
	switch c.Kind {
	case schema.Text:
		switch {
		case c.dict == nil:
			c.text = append(c.text, v.in(text)...)
			c.ends = append(c.ends, int32(len(c.text)))
		case v == Null:
			c.numbers = append(c.numbers, 0)
		default:
			c.numbers = append(c.numbers, uint16(c.dict.number(v.in(text))))
		}
	case schema.Int:
		c.ints = append(c.ints, v.number())
	case schema.Decimal:
		c.decimals = append(c.decimals, v.decimal(&c.Type, text))
	case schema.Date:
		c.days = append(c.days, int32(v.number()))
	}
	c.count(v != Null)
}

// AppendText adds a text, blank or not. It copies v.
func (c *Column) AppendText(v []byte) {
	c.pad()
	if c.dict != nil {
		c.numbers = append(c.numbers, uint16(c.dict.number(v)))
	} else {
		c.text = append(c.text, v...)
		c.ends = append(c.ends, int32(len(c.text)))
	}
	c.count(true)
}

// AppendWord adds a text, or a null if it is blank. It copies v.
func (c *Column) AppendWord(v []byte) {
	if Blank(v) {
		c.AppendNull()
	} else {
		c.AppendText(v)
	}
}

// AppendInt adds an integer.
func (c *Column) AppendInt(v int64) {
	c.pad()
	c.ints = append(c.ints, v)
	c.count(true)
}

// AppendDay adds a date, in days since 1970.
func (c *Column) AppendDay(v int32) {
	c.pad()
	c.days = append(c.days, v)
	c.count(true)
}

// AppendDecimal adds a number, in units of the scale of the column.
func (c *Column) AppendDecimal(v decimal128.Num) {
	c.pad()
	c.decimals = append(c.decimals, v)
	c.count(true)
}

// Grow makes room for n more texts of a column with a dictionary.
func (c *Column) Grow(n int) { c.numbers = slices.Grow(c.numbers, n) }

// Len is the number of values, nulls included.
func (c *Column) Len() int { return c.n }

// AppendNull adds a null.
func (c *Column) AppendNull() { c.fill(c.n + 1) }

// count counts a value, or a null, that was added to the buffers.
func (c *Column) count(value bool) {
	if c.n%8 == 0 {
		c.valid = append(c.valid, 0)
	}
	if value {
		c.valid[c.n/8] |= 1 << (c.n % 8)
	} else {
		c.nulls++
	}
	c.n++
}

// fill adds nulls until there are n values.
func (c *Column) fill(n int) {
	more := n - c.n
	if more <= 0 {
		return
	}
	c.n += more
	c.nulls += more
	c.valid = append(c.valid, make([]byte, (n+7)/8-len(c.valid))...)
}

// reset removes all values.
func (c *Column) reset() {
	if c.dict != nil {
		c.dict.reset(c.n - c.nulls)
	}
	c.n, c.nulls, c.valid = 0, 0, c.valid[:0]
	c.ints, c.days, c.decimals = c.ints[:0], c.days[:0], c.decimals[:0]
	c.text, c.ends, c.numbers = c.text[:0], c.ends[:0], c.numbers[:0]
}

// addAll appends the cells of one column of a page.
func (c *Column) addAll(p *Page, col int) {
	c.pad()
	if c.dict != nil {
		c.addTexts(p, col)
		return
	}
	c.reserve(p.Rows())
	for ; col < len(p.cells); col += len(p.types) {
		c.appendCell(p.cells[col], p.text)
	}
}

// reserve makes room for n more values of fixed size.
func (c *Column) reserve(n int) {
	switch c.Kind {
	case schema.Int:
		c.ints = Reserve(c.ints, n)
	case schema.Decimal:
		c.decimals = Reserve(c.decimals, n)
	case schema.Date:
		c.days = Reserve(c.days, n)
	}
}

// Reserve returns values with room for n more. Unlike append, it at least doubles the room,
// so that a column that grows to a batch or to a row group is copied less, and leaves less
// garbage.
func Reserve[T any](values []T, n int) []T {
	if cap(values)-len(values) >= n {
		return values
	}
	return slices.Grow(values, max(n, len(values)))
}

// addTexts is addAll for texts with a dictionary.
func (c *Column) addTexts(p *Page, col int) {
	from, rows := c.n, p.Rows()
	c.fill(from + rows)
	numbers := slices.Grow(c.numbers, rows)[:from+rows]
	valid, cells, width := c.valid, p.cells, len(p.types)
	last, number := Null, uint16(0) // the cell of the text before, and its number
	for row := from; row < len(numbers); row++ {
		v := cells[col]
		col += width
		if v == Null {
			numbers[row] = 0
			continue
		}
		if v != last {
			last, number = v, uint16(c.dict.number(v.in(p.text)))
		}
		numbers[row] = number
		valid[row/8] |= 1 << (row % 8)
		c.nulls--
	}
	c.numbers = numbers
}

// Array returns the values as an Arrow array, which the caller releases. It shares
// the memory of the column, which must not change while the array is in use.
func (c *Column) Array() arrow.Array {
	c.pad()
	buffers := []*memory.Buffer{memory.NewBufferBytes(c.valid)}
	var typ arrow.DataType
	switch c.Kind {
	case schema.Text:
		if c.dict == nil {
			return stringArray(c.n, c.valid, c.nulls, c.ends, c.text)
		}
		typ = arrow.PrimitiveTypes.Uint16
		buffers = append(buffers, memory.NewBufferBytes(arrow.Uint16Traits.CastToBytes(c.numbers)))
	case schema.Int:
		typ = arrow.PrimitiveTypes.Int64
		buffers = append(buffers, memory.NewBufferBytes(arrow.Int64Traits.CastToBytes(c.ints)))
	case schema.Decimal:
		typ = &arrow.Decimal128Type{Precision: int32(c.Precision), Scale: int32(c.Scale)}
		buffers = append(buffers, memory.NewBufferBytes(arrow.Decimal128Traits.CastToBytes(c.decimals)))
	case schema.Date:
		typ = arrow.FixedWidthTypes.Date32
		buffers = append(buffers, memory.NewBufferBytes(arrow.Int32Traits.CastToBytes(c.days)))
	}
	data := array.NewData(typ, c.n, buffers, nil, c.nulls, 0)
	defer data.Release()
	if c.dict == nil {
		return array.MakeFromData(data)
	}
	numbers := array.NewUint16Data(data)
	defer numbers.Release()
	words := c.dict.array()
	defer words.Release()
	return array.NewDictionaryArray(dictionaryType, numbers, words)
}
