package table

import (
	"slices"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
)

// A TextGroup combines the texts of a column of several batches under one
// dictionary. It copies them. Its zero value has no rows. It is for one goroutine
// at a time.
type TextGroup struct {
	words   dictionary
	numbers []int32 // by row: the number of its text; 0 for a null
	values  int     // rows that are not null
	found   []int32 // by number in the dictionary of a batch: that in words, plus one
}

// Append adds the texts of a batch, after nulls up to row from.
func (g *TextGroup) Append(col arrow.Array, from int) {
	n := col.Len()
	g.numbers = padded(g.numbers, from)
	g.numbers = slices.Grow(g.numbers, n)
	g.values += n - col.NullN()
	texts := TextsOf(col)
	if texts.numbers == nil {
		for row := range n {
			number := int32(0)
			if !col.IsNull(row) {
				number = g.words.number(texts.Bytes(row))
			}
			g.numbers = append(g.numbers, number)
		}
		return
	}
	if isList(texts.values) {
		g.words.lists = 1
	}
	g.found = append(g.found[:0], make([]int32, texts.values.Len())...)
	mayBeNull := col.NullN() > 0
	for row, word := range texts.numbers {
		if mayBeNull && col.IsNull(row) {
			g.numbers = append(g.numbers, 0)
			continue
		}
		if g.found[word] == 0 {
			g.found[word] = g.words.number(texts.Bytes(row)) + 1
		}
		g.numbers = append(g.numbers, g.found[word]-1)
	}
}

// Bytes is the size of the texts, and of what refers to them.
func (g *TextGroup) Bytes() int {
	return len(g.words.text) + arrow.Int32SizeBytes*(len(g.words.ends)+len(g.numbers))
}

// Repeats reports whether the texts repeat often enough for a file to have a
// dictionary of them. If not, a text may have several numbers.
func (g *TextGroup) Repeats() bool {
	return g.values > 0 && g.words.lists == 0 && dictionaryRepeats*len(g.words.ends) <= g.values
}

// Words are the texts by number, as an array that the caller releases. It shares
// the memory of g.
func (g *TextGroup) Words() *array.String { return g.words.array().(*array.String) }

// Numbers are the numbers of the texts of so many rows, 0 for nulls: those after the
// last value have been added by no call. The caller must not change them.
func (g *TextGroup) Numbers(rows int) []int32 {
	g.numbers = padded(g.numbers, rows)
	return g.numbers
}

// Text is the text with a number. It shares the memory of g.
func (g *TextGroup) Text(number int32) []byte { return g.words.at(number) }

// Reset removes all rows.
func (g *TextGroup) Reset() {
	g.words.text, g.words.ends = g.words.text[:0], g.words.ends[:0]
	clear(g.words.slots)
	g.words.last, g.words.lists = 0, 0
	g.numbers, g.values = g.numbers[:0], 0
}
