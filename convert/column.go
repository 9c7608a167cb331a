package convert

import (
	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/decimal128"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/cclf-tools/cclf/schema"
)

// A column collects the values of one field as the buffers of an Arrow array.
// Unlike an Arrow builder it can be cut back, so that a line that turns out to
// be bad leaves nothing behind, and it can be added to another column without
// looking at each value.
type column struct {
	kind schema.Kind
	// A column that only gathers what others have: nothing but addAll, appendWord
	// and truncate to nothing is for it. Nulls at its end have no place among its
	// values, and its texts are numbers in a dictionary.
	gathers bool

	n     int
	nulls int
	valid []byte  // a bit for each value
	text  []byte  // Text
	ends  []int32 // Text: where each value ends
	again []bool  // Text: the value is the one before it

	ints             []int64          // Int
	days             []int32          // Date
	decimals         []decimal128.Num // Decimal
	precision, scale int              // Decimal

	dict    *dictionary // of a column that gathers texts
	numbers []int32     // in it
}

// newGatherer returns a column that gathers the values of others.
func newGatherer(f *schema.Field) column {
	c := newColumn(f)
	c.gathers = true
	if c.kind == schema.Text {
		c.dict = &dictionary{}
	}
	return c
}

// bytes is how much memory the values take.
func (c *column) bytes() int {
	n := arrow.Int64SizeBytes*len(c.ints) + arrow.Int32SizeBytes*(len(c.days)+len(c.ends)+len(c.numbers)) +
		arrow.Decimal128SizeBytes*len(c.decimals) + len(c.text)
	if c.dict != nil {
		n += len(c.dict.text)
	}
	return n
}

// pad gives the nulls at the end their places among the values. In a column
// that gathers they have none until then: most tables have columns that are null
// in all rows, and those take no memory.
func (c *column) pad() {
	switch {
	case c.dict != nil:
		c.numbers = padded(c.numbers, c.n)
	case c.kind == schema.Text:
		for len(c.ends) < c.n {
			c.ends = append(c.ends, int32(len(c.text)))
		}
		c.again = padded(c.again, c.n)
	case c.kind == schema.Int:
		c.ints = padded(c.ints, c.n)
	case c.kind == schema.Decimal:
		c.decimals = padded(c.decimals, c.n)
	case c.kind == schema.Date:
		c.days = padded(c.days, c.n)
	}
}

func padded[T any](values []T, n int) []T {
	return append(values, make([]T, n-len(values))...)
}

func newColumn(f *schema.Field) column {
	return column{kind: f.Kind, precision: f.Precision, scale: f.Scale}
}

// append adds a value given as text, or a null when there is none. It fails
// when the text does not fit the column's type; then nothing is added.
func (c *column) append(v []byte, ok bool) error {
	if !ok || blank(v) {
		c.appendNull()
		return nil
	}
	switch c.kind {
	case schema.Text:
		c.appendText(v)
		return nil
	case schema.Int:
		i, err := parseInt(v)
		if err != nil {
			return err
		}
		c.ints = append(c.ints, i)
	case schema.Decimal:
		d, err := parseDecimal(v, c.precision, c.scale)
		if err != nil {
			return err
		}
		c.decimals = append(c.decimals, d)
	case schema.Date:
		days, ok, err := parseDate(v)
		if err != nil {
			return err
		}
		if !ok {
			c.appendNull()
			return nil
		}
		c.days = append(c.days, days)
	}
	c.mark()
	return nil
}

// appendText adds a text, whatever it is.
func (c *column) appendText(v []byte) {
	c.text = append(c.text, v...)
	c.ends = append(c.ends, int32(len(c.text)))
	c.again = append(c.again, false)
	c.mark()
}

// appendWord adds a text to a column with a dictionary, or a null when it is
// blank.
func (c *column) appendWord(v []byte) {
	if blank(v) {
		c.appendNull()
		return
	}
	c.pad()
	c.numbers = append(c.numbers, c.dict.number(v))
	c.mark()
}

// repeat adds the last value again.
func (c *column) repeat() {
	last := c.n - 1
	if c.isNull(last) {
		c.appendNull()
		return
	}
	switch c.kind {
	case schema.Text:
		c.text = append(c.text, c.text[c.end(last-1):c.ends[last]]...)
		c.ends = append(c.ends, int32(len(c.text)))
		c.again = append(c.again, true)
	case schema.Int:
		c.ints = append(c.ints, c.ints[last])
	case schema.Decimal:
		c.decimals = append(c.decimals, c.decimals[last])
	case schema.Date:
		c.days = append(c.days, c.days[last])
	}
	c.mark()
}

func (c *column) appendNull() { c.fill(c.n + 1) }

func (c *column) appendInt(v int64) {
	c.ints = append(c.ints, v)
	c.mark()
}

// mark counts a value that was added.
func (c *column) mark() {
	if c.n%8 == 0 {
		c.valid = append(c.valid, 0)
	}
	c.valid[c.n/8] |= 1 << (c.n % 8)
	c.n++
}

func (c *column) isNull(i int) bool { return c.valid[i/8]&(1<<(i%8)) == 0 }

// fill adds nulls, up to n values.
func (c *column) fill(n int) {
	more := n - c.n
	if more <= 0 {
		return
	}
	c.n += more
	c.nulls += more
	c.valid = append(c.valid, make([]byte, (n+7)/8-len(c.valid))...)
	if !c.gathers {
		c.pad()
	}
}

// truncate cuts the column back to n values, if it has more.
func (c *column) truncate(n int) {
	if n >= c.n {
		return
	}
	c.pad()
	values := c.n - c.nulls
	if n == 0 {
		c.nulls = 0
	}
	for i := n; i < c.n && c.nulls > 0; i++ {
		if c.isNull(i) {
			c.nulls--
		}
	}
	c.n = n
	c.valid = c.valid[:(n+7)/8]
	if c.dict != nil {
		c.numbers = c.numbers[:n]
		c.dict.reset(values)
		return
	}
	if n%8 != 0 {
		c.valid[n/8] &= 1<<(n%8) - 1
	}
	switch c.kind {
	case schema.Text:
		c.ends = c.ends[:n]
		c.again = c.again[:n]
		c.text = c.text[:c.end(n-1)]
	case schema.Int:
		c.ints = c.ints[:n]
	case schema.Decimal:
		c.decimals = c.decimals[:n]
	case schema.Date:
		c.days = c.days[:n]
	}
}

func (c *column) end(i int) int32 {
	if i < 0 {
		return 0
	}
	return c.ends[i]
}

// addAll appends the values of another column of the same kind.
func (c *column) addAll(from *column) {
	if from.nulls < from.n {
		c.pad()
	}
	c.valid = appendBits(c.valid, c.n, from.valid, 0, from.n)
	c.n += from.n
	c.nulls += from.nulls
	switch {
	case c.gathers && from.nulls == from.n:
		return
	case c.dict != nil:
		c.addNumbers(from)
		return
	}
	switch c.kind {
	case schema.Text:
		base := int32(len(c.text))
		c.text = append(c.text, from.text...)
		for _, e := range from.ends {
			c.ends = append(c.ends, base+e)
		}
		c.again = append(c.again, from.again...)
	case schema.Int:
		c.ints = append(c.ints, from.ints...)
	case schema.Decimal:
		c.decimals = append(c.decimals, from.decimals...)
	case schema.Date:
		c.days = append(c.days, from.days...)
	}
}

// addNumbers is addAll for the texts of a column with a dictionary.
func (c *column) addNumbers(from *column) {
	start, number := int32(0), int32(0)
	for i, end := range from.ends {
		switch {
		case from.isNull(i):
			number = 0
		case !from.again[i]:
			number = c.dict.number(from.text[start:end])
		}
		c.numbers = append(c.numbers, number)
		start = end
	}
}

// array returns the column as an Arrow array, which shares its memory: the
// column must not be changed while the array is in use.
func (c *column) array() arrow.Array {
	c.pad()
	buffers := []*memory.Buffer{memory.NewBufferBytes(c.valid)}
	var typ arrow.DataType
	switch c.kind {
	case schema.Text:
		if c.dict == nil {
			return stringArray(c.n, c.valid, c.nulls, c.ends, c.text)
		}
		typ = arrow.PrimitiveTypes.Int32
		buffers = append(buffers, memory.NewBufferBytes(arrow.Int32Traits.CastToBytes(c.numbers)))
	case schema.Int:
		typ = arrow.PrimitiveTypes.Int64
		buffers = append(buffers, memory.NewBufferBytes(arrow.Int64Traits.CastToBytes(c.ints)))
	case schema.Decimal:
		typ = &arrow.Decimal128Type{Precision: int32(c.precision), Scale: int32(c.scale)}
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
	numbers := array.NewInt32Data(data)
	defer numbers.Release()
	words := c.dict.array()
	defer words.Release()
	return array.NewDictionaryArray(dictionaryType, numbers, words)
}

// arrowType is the Arrow type of a field's column.
func arrowType(f *schema.Field) arrow.DataType {
	switch f.Kind {
	case schema.Int:
		return arrow.PrimitiveTypes.Int64
	case schema.Decimal:
		return &arrow.Decimal128Type{Precision: int32(f.Precision), Scale: int32(f.Scale)}
	case schema.Date:
		return arrow.FixedWidthTypes.Date32
	}
	return arrow.BinaryTypes.String
}

// arrowSchema is the Arrow schema of a table.
func arrowSchema(t *schema.Table) *arrow.Schema {
	fields := make([]arrow.Field, len(t.Fields))
	for i := range t.Fields {
		f := &t.Fields[i]
		fields[i] = arrow.Field{
			Name:     f.Label,
			Type:     arrowType(f),
			Nullable: true,
			Metadata: arrow.NewMetadata([]string{"description"}, []string{f.Description}),
		}
	}
	meta := arrow.NewMetadata([]string{"description"}, []string{t.Description})
	return arrow.NewSchema(fields, &meta)
}
