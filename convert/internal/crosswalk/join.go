package crosswalk

import (
	"bytes"
	"iter"
	"slices"

	"github.com/cclf-tools/cclf/ndjson"
)

// joins finds the elements of a resource that its rows refer to by numbers. It
// keeps the index of each array while it reads one resource.
type joins struct {
	rec    *ndjson.Record
	serial int64 // of the resource, among those that were read
	steps  int   // references that were followed
	most   int   // limit for steps

	indexes []index // by row set
	listing listing // the last one

	// Links to elements that do not exist. Cells of several columns and tables follow the
	// same ones, which are known by their places.
	broken      int64
	brokenLists map[brokenList]bool
}

// A brokenList is a list of a row with links to elements that an array does not have.
type brokenList struct {
	list ndjson.Span
	set  int // of the elements
}

// begin starts a resource.
func (j *joins) begin(rec *ndjson.Record) {
	j.rec = rec
	j.serial++
	j.steps = 0
	if j.broken > 0 {
		j.broken = 0
		clear(j.brokenLists)
	}
}

// noteBroken notes n links of a list that lead nowhere.
func (j *joins) noteBroken(list ndjson.Span, set, n int) {
	at := brokenList{list, set}
	if j.brokenLists[at] {
		return
	}
	if j.brokenLists == nil {
		j.brokenLists = map[brokenList]bool{}
	}
	j.brokenLists[at] = true
	j.broken += int64(n)
}

// joined finds the elements that the row refers to, in the order in which the
// row lists them, and returns the registers of the n-th that has a value.
func (j *joins) joined(s *source, row int) []ndjson.Span {
	list := j.rec.Row(s.rowSet, row)[s.join.list]
	if list.IsZero() {
		return nil
	}
	n, elements := s.nth, j.indexOf(s)
	for _, i := range j.listed(list, elements, &s.join) {
		for ; i >= 0; i = elements.next[i] {
			j.steps++
			if !j.qualifies(s, int(i)) {
				continue
			}
			if n--; n == 0 {
				return j.rec.Row(s.join.set, int(i))[s.reg : s.reg+s.count]
			}
		}
	}
	return nil
}

// referred finds the element that a reference of the record, "#id", names.
func (j *joins) referred(s *source) []ndjson.Span {
	ref := j.rec.Reg(s.join.list)
	if ref.IsZero() {
		return nil
	}
	id := bytes.TrimPrefix(j.rec.Text(nil, ref), []byte("#"))
	for i := range j.rec.Rows(s.join.set) {
		j.steps++
		row := j.rec.Row(s.join.set, i)
		if bytes.Equal(j.rec.Text(nil, row[s.join.key]), id) && j.qualifies(s, i) {
			return row[s.reg : s.reg+s.count]
		}
	}
	return nil
}

// qualifies reports whether an element meets the conditions of a join and has a
// value.
func (j *joins) qualifies(s *source, i int) bool {
	return !j.rec.Row(s.join.set, i)[s.reg].IsZero() && j.rec.Marks(s.join.set, i).Has(s.join.need)
}

// A listing holds, for each number of a list, the first element with that
// number, or -1. Several cells of a row join by the same list.
type listing struct {
	list     ndjson.Span
	of       *index
	serial   int64
	elements []int32
}

func (j *joins) listed(list ndjson.Span, x *index, to *join) []int32 {
	l := &j.listing
	if l.list == list && l.of == x && l.serial == j.serial {
		return l.elements
	}
	l.list, l.of, l.serial, l.elements = list, x, j.serial, l.elements[:0]
	broken := 0
	for number := range numbersIn(list.Raw(j.rec.Line)) {
		j.steps++
		if j.steps > j.most {
			break // the resource will be rejected
		}
		i := x.find(number)
		if i < 0 {
			broken++
		}
		l.elements = append(l.elements, i)
	}
	if broken > 0 && to.isLink {
		j.noteBroken(list, to.set, broken)
	}
	return l.elements
}

// An index finds the elements of an array by their numbers.
type index struct {
	serial int64            // of the resource
	small  bool             // all elements have small numbers
	first  []int32          // element by number, or -1
	other  map[string]int32 // element by the text of its number, unless small
	next   []int32          // by element: the next one of the same number, or -1
}

// maxSmallNumber is the largest number that is an index into index.first.
const maxSmallNumber = 1 << 12

// indexOf returns the index of the elements that a source joins.
func (j *joins) indexOf(s *source) *index {
	for len(j.indexes) <= s.join.set {
		j.indexes = append(j.indexes, index{serial: -1})
	}
	x := &j.indexes[s.join.set]
	if x.serial != j.serial {
		x.serial = j.serial
		if x.small = j.makeSmall(s, x); !x.small {
			j.makeOther(s, x)
		}
	}
	return x
}

// makeSmall indexes the elements that a source joins. It returns false if one has
// no small number.
func (j *joins) makeSmall(s *source, x *index) bool {
	n := j.rec.Rows(s.join.set)
	x.first, x.next = x.first[:0], slices.Grow(x.next[:0], n)[:n]
	for i := n - 1; i >= 0; i-- {
		number := smallNumber(j.number(s, i))
		if number < 0 {
			return false
		}
		for number >= len(x.first) {
			x.first = append(x.first, -1)
		}
		x.first[number], x.next[i] = int32(i), x.first[number]
	}
	return true
}

// makeOther is makeSmall for elements with any number, or none.
func (j *joins) makeOther(s *source, x *index) {
	if x.other == nil {
		x.other = map[string]int32{}
	}
	clear(x.other)
	for i := len(x.next) - 1; i >= 0; i-- {
		key := j.number(s, i)
		x.next[i] = -1
		if after, known := x.other[string(key)]; known {
			x.next[i] = after
		}
		x.other[string(key)] = int32(i)
	}
}

// number is the text of the number by which an element is joined.
func (j *joins) number(s *source, i int) []byte {
	return wholeNumber(j.rec.Text(nil, j.rec.Row(s.join.set, i)[s.join.key]))
}

// find returns the first element with a number, or -1.
func (x *index) find(number []byte) int32 {
	if !x.small {
		if i, known := x.other[string(number)]; known {
			return i
		}
		return -1
	}
	n := smallNumber(number)
	if n < 0 || n >= len(x.first) {
		return -1
	}
	return x.first[n]
}

// smallNumber parses a text of digits, and returns -1 if it is none or its number
// is larger than maxSmallNumber.
func smallNumber(text []byte) int {
	n := 0
	for _, d := range text {
		if d < '0' || d > '9' || n > maxSmallNumber {
			return -1
		}
		n = 10*n + int(d-'0')
	}
	if len(text) == 0 || n > maxSmallNumber {
		return -1
	}
	return n
}

// numbersIn yields the numbers in the JSON text of an array of numbers, or of a
// single one, without fractions of zeros.
func numbersIn(list []byte) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		for len(list) > 0 {
			i := 0
			for i < len(list) && isNumberByte(list[i]) {
				i++
			}
			if i > 0 && !yield(wholeNumber(list[:i])) {
				return
			}
			for i < len(list) && !isNumberByte(list[i]) {
				i++
			}
			list = list[i:]
		}
	}
}

func isNumberByte(c byte) bool {
	switch c {
	case '-', '+', '.', 'e', 'E':
		return true
	}
	return c >= '0' && c <= '9'
}
