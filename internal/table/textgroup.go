package table

import (
	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
)

// A TextGroup combines the texts of a column of several batches under one
// dictionary. It copies them. Its zero value has no rows. It is for one goroutine
// at a time.
type TextGroup struct {
	words   dictionary
	numbers []int32 // by row: the number of its text; any for a null
	values  int     // rows that are not null
	found   []int32 // by number in the dictionary of a batch: that in words, plus one
}

// The texts of a group are not looked up from the first batch of fewRows rows on in
// which each occurs less than groupRepeats times on average: they will not repeat
// dictionaryRepeats times in the group.
const (
	fewRows      = 1 << 10
	groupRepeats = dictionaryRepeats / 2
)

// Append adds the texts of a batch, after nulls up to row from.
func (g *TextGroup) Append(col arrow.Array, from int) {
	n := col.Len()
	g.numbers = Reserve(padded(g.numbers, from), n)[:from+n]
	g.values += n - col.NullN()
	numbers, texts := g.numbers[from:], TextsOf(col)
	if texts.numbers == nil {
		for row := range numbers {
			numbers[row] = 0
			if !col.IsNull(row) {
				numbers[row] = g.words.number(texts.Bytes(row))
			}
		}
		return
	}
	words := texts.values.Len()
	if isList(texts.values) || n >= fewRows && groupRepeats*words > n-col.NullN() {
		g.words.lists = 1
	}
	if g.words.lists > 0 && words <= 2*n {
		first := g.words.addAll(texts.values)
		for row, word := range texts.numbers {
			numbers[row] = first + int32(word)
		}
		return
	}
	g.found = append(g.found[:0], make([]int32, words)...)
	for row, word := range texts.numbers {
		number := g.found[word]
		if number == 0 {
			if numbers[row] = 0; col.IsNull(row) {
				continue
			}
			number = g.words.number(texts.Bytes(row)) + 1
			g.found[word] = number
		}
		numbers[row] = number - 1
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

// Numbers are the numbers of the texts of so many rows: those that no call has added
// are nulls. The number of a null means nothing. The caller must not change them.
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
