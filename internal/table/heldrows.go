package table

import (
	"cmp"
	"math"
	"slices"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/decimal128"

	"github.com/cclf-tools/cclf/schema"
)

// heldRows are rows in memory that can be taken in any order.
type heldRows struct {
	cols       []heldColumn
	partitions []int32
	rows       int
	words      wordNumbers
}

// A heldColumn is a column of them. Nulls after the last value take no memory.
type heldColumn struct {
	schema.Type
	valid []bool

	// The values, in the one that is for their type.
	texts    TextGroup
	longs    []int64
	days     []int32
	decimals []decimal128.Num
}

func newHeldRows(s *arrow.Schema) heldRows {
	h := heldRows{cols: make([]heldColumn, s.NumFields())}
	for i, f := range s.Fields() {
		h.cols[i].Type = typeOf(f.Type)
	}
	return h
}

// typeOf is the type of a column of an Arrow type.
func typeOf(t arrow.DataType) schema.Type {
	switch t := t.(type) {
	case *arrow.Int64Type:
		return schema.Type{Kind: schema.Int}
	case *arrow.Date32Type:
		return schema.Type{Kind: schema.Date}
	case *arrow.Decimal128Type:
		return schema.Type{Kind: schema.Decimal, Precision: int(t.Precision), Scale: int(t.Scale)}
	}
	return schema.Type{Kind: schema.Text}
}

// partitionType is the type of the column of partitions.
var partitionType = schema.Type{Kind: schema.Int}

// add adds rows. It copies them.
func (h *heldRows) add(cols []arrow.Array, partitions []int32) {
	for i, col := range cols {
		h.cols[i].add(col, h.rows)
	}
	h.partitions = append(h.partitions, partitions...)
	h.rows += len(partitions)
}

// add adds the values of a batch, after nulls up to row from.
func (c *heldColumn) add(col arrow.Array, from int) {
	if col.NullN() == col.Len() {
		return
	}
	c.valid = padded(c.valid, from)
	for row := range col.Len() {
		c.valid = append(c.valid, col.IsValid(row))
	}
	switch col := col.(type) {
	case *array.Int64:
		c.longs = append(padded(c.longs, from), col.Int64Values()...)
	case *array.Date32:
		c.days = padded(c.days, from)
		for _, day := range col.Date32Values() {
			c.days = append(c.days, int32(day))
		}
	case *array.Decimal128:
		c.decimals = append(padded(c.decimals, from), col.Values()...)
	default:
		c.texts.Append(col, from)
	}
}

// bytes is the size of the rows.
func (h *heldRows) bytes() int {
	n := arrow.Int32SizeBytes * len(h.partitions)
	for i := range h.cols {
		c := &h.cols[i]
		n += len(c.valid) + c.texts.Bytes() + arrow.Int64SizeBytes*len(c.longs) +
			arrow.Int32SizeBytes*len(c.days) + arrow.Decimal128SizeBytes*len(c.decimals)
	}
	return n
}

// reset removes all rows.
func (h *heldRows) reset() {
	for i := range h.cols {
		c := &h.cols[i]
		c.texts.Reset()
		c.valid, c.longs, c.days, c.decimals = c.valid[:0], c.longs[:0], c.days[:0], c.decimals[:0]
	}
	h.partitions, h.rows = h.partitions[:0], 0
}

// order returns the rows in the order of their partitions and of columns.
func (h *heldRows) order(by []int) []int32 {
	ranks := [][]int32{h.partitions}
	for _, i := range by {
		ranks = append(ranks, h.cols[i].ranks(h.rows))
	}
	order := make([]int32, h.rows)
	for row := range order {
		order[row] = int32(row)
	}
	slices.SortFunc(order, func(a, b int32) int {
		for _, rank := range ranks {
			if rank[a] != rank[b] {
				return cmp.Compare(rank[a], rank[b])
			}
		}
		return cmp.Compare(a, b)
	})
	return order
}

// ranks returns numbers, by row, in the order of the values. Nulls come last.
func (c *heldColumn) ranks(rows int) []int32 {
	ranks := make([]int32, rows)
	var words []int32 // ranks of the texts by their number
	if c.Kind == schema.Text {
		words = c.texts.ranks()
	}
	for row := range ranks {
		switch {
		case row >= len(c.valid) || !c.valid[row]:
			ranks[row] = math.MaxInt32
		case words != nil:
			ranks[row] = words[c.texts.numbers[row]]
		default:
			ranks[row] = c.days[row]
		}
	}
	return ranks
}

// ranks returns numbers in the order of the texts, by the number of the text.
func (g *TextGroup) ranks() []int32 {
	order := make([]int32, len(g.words.ends))
	for i := range order {
		order[i] = int32(i)
	}
	slices.SortFunc(order, func(a, b int32) int { return slices.Compare(g.Text(a), g.Text(b)) })
	ranks := make([]int32, len(order))
	for i := 1; i < len(order); i++ {
		ranks[order[i]] = ranks[order[i-1]]
		if string(g.Text(order[i])) != string(g.Text(order[i-1])) {
			ranks[order[i]]++
		}
	}
	return ranks
}

// take returns rows as the columns of a run, which the caller releases.
func (h *heldRows) take(rows []int32) []arrow.Array {
	cols := make([]arrow.Array, len(h.cols), len(h.cols)+1)
	for i := range h.cols {
		cols[i] = h.cols[i].take(rows, &h.words)
	}
	partitions := Column{Type: partitionType}
	for _, row := range rows {
		partitions.AppendInt(int64(h.partitions[row]))
	}
	return append(cols, partitions.Array())
}

func (c *heldColumn) take(rows []int32, words *wordNumbers) arrow.Array {
	out := Column{Type: c.Type}
	if c.Kind == schema.Text {
		out.dict = &dictionary{}
		words.begin(len(c.texts.words.ends))
	}
	if len(c.valid) == 0 {
		out.fill(len(rows))
		return out.Array()
	}
	for _, row := range rows {
		value := int(row) < len(c.valid) && c.valid[row]
		switch {
		case !value:
			out.AppendNull()
		case c.Kind == schema.Text:
			out.pad()
			word := c.texts.numbers[row]
			out.numbers = append(out.numbers, words.in(out.dict, word, c.texts.Text(word)))
			out.count(true)
		case c.Kind == schema.Int:
			out.AppendInt(c.longs[row])
		case c.Kind == schema.Decimal:
			out.AppendDecimal(c.decimals[row])
		default:
			out.AppendDay(c.days[row])
		}
	}
	return out.Array()
}

// wordNumbers numbers the words of a large dictionary in the order in which they are
// asked for, in a small one.
type wordNumbers struct {
	numbers []uint64 // by word: stamp, and in the last 16 bits its number
	stamp   uint64
}

// begin begins another pair of dictionaries, the large one of so many words.
func (w *wordNumbers) begin(words int) {
	w.stamp++
	w.numbers = padded(w.numbers, max(words, len(w.numbers)))
}

// in returns the number of a word, whose text is given, in the small dictionary.
func (w *wordNumbers) in(small *dictionary, word int32, text []byte) uint16 {
	if w.numbers[word]>>16 != w.stamp {
		w.numbers[word] = w.stamp<<16 | uint64(small.add(text))
	}
	return uint16(w.numbers[word])
}
