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
	kind             schema.Kind
	precision, scale int

	n     int
	nulls int
	valid []byte // a bit for each value

	ints     []int64          // Int
	days     []int32          // Date
	decimals []decimal128.Num // Decimal
	text     []byte           // Text
	ends     []int32          // Text: where each value ends
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
	c.mark(true)
	return nil
}

// appendText adds a text, whatever it is.
func (c *column) appendText(v []byte) {
	c.text = append(c.text, v...)
	c.ends = append(c.ends, int32(len(c.text)))
	c.mark(true)
}

func (c *column) appendNull() {
	switch c.kind {
	case schema.Text:
		c.ends = append(c.ends, int32(len(c.text)))
	case schema.Int:
		c.ints = append(c.ints, 0)
	case schema.Decimal:
		c.decimals = append(c.decimals, decimal128.Num{})
	case schema.Date:
		c.days = append(c.days, 0)
	}
	c.mark(false)
}

func (c *column) appendInt(v int64) {
	c.ints = append(c.ints, v)
	c.mark(true)
}

func (c *column) mark(valid bool) {
	if c.n%8 == 0 {
		c.valid = append(c.valid, 0)
	}
	if valid {
		c.valid[c.n/8] |= 1 << (c.n % 8)
	} else {
		c.nulls++
	}
	c.n++
}

func (c *column) isNull(i int) bool { return c.valid[i/8]&(1<<(i%8)) == 0 }

// truncate cuts the column back to n values.
func (c *column) truncate(n int) {
	if n == c.n {
		return
	}
	for i := n; i < c.n; i++ {
		if c.isNull(i) {
			c.nulls--
		}
	}
	c.n = n
	c.valid = c.valid[:(n+7)/8]
	if n%8 != 0 {
		c.valid[n/8] &= 1<<(n%8) - 1
	}
	switch c.kind {
	case schema.Text:
		c.ends = c.ends[:n]
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
	if shift := c.n % 8; shift == 0 {
		c.valid = append(c.valid, from.valid...)
	} else {
		for _, b := range from.valid {
			c.valid[len(c.valid)-1] |= b << shift
			c.valid = append(c.valid, b>>(8-shift))
		}
	}
	c.n += from.n
	c.nulls += from.nulls
	c.valid = c.valid[:(c.n+7)/8]
	switch c.kind {
	case schema.Text:
		base := int32(len(c.text))
		c.text = append(c.text, from.text...)
		for _, e := range from.ends {
			c.ends = append(c.ends, base+e)
		}
	case schema.Int:
		c.ints = append(c.ints, from.ints...)
	case schema.Decimal:
		c.decimals = append(c.decimals, from.decimals...)
	case schema.Date:
		c.days = append(c.days, from.days...)
	}
}

// array returns the column as an Arrow array, which shares its memory: the
// column must not be changed while the array is in use.
func (c *column) array() arrow.Array {
	buffers := []*memory.Buffer{memory.NewBufferBytes(c.valid)}
	var typ arrow.DataType
	switch c.kind {
	case schema.Text:
		offsets := make([]int32, c.n+1)
		copy(offsets[1:], c.ends)
		typ = arrow.BinaryTypes.String
		buffers = append(buffers,
			memory.NewBufferBytes(arrow.Int32Traits.CastToBytes(offsets)),
			memory.NewBufferBytes(c.text))
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
	return array.MakeFromData(data)
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
